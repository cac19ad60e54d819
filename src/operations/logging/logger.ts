/** What is said of what happens, for people and their tools: the one interface that everybody logs by. */
import type { LogFields } from './fields.ts';

/** From the least to the most urgent. */
export const levels = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

/** Parts of a process, each of which may have a level of its own. */
export const components = ['process', 'api', 'engine', 'task', 'transport', 'jobs'] as const;
export type Component = (typeof components)[number];

/** One kind of thing that happens. Its words are fixed: what differs from one time to the next is in the fields. */
export interface EventKind {
  readonly component: Component;
  readonly level: Level;
  /** What searches, alerts and runbooks name it by; it stays. */
  readonly event: string;
  /** One sentence of what has happened. */
  readonly message: string;
  /** Whether its error may quote a record: then nothing of what others have said is told of it where lines are JSON. */
  readonly quotesRecords?: boolean;
  /** Said however often it happens: by whoever asked for all of it, or at the end. */
  readonly isUnlimited?: boolean;
}

export interface Logger {
  /**
   * Says that it has happened, where, and because of what; never throws, and never waits. `quoted` is what came with a
   * request that the error is about: no message has any of it.
   */
  log(kind: EventKind, fields?: LogFields, error?: unknown, quoted?: readonly string[]): void;
}

/** Says nothing: for whoever has not been given another. */
export const silent: Logger = { log: () => {} };

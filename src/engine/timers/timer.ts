import { z } from 'zod';
import type { Millis } from '../../stream/time.ts';
import type { StateValue } from '../step.ts';

/** A timer of a key as it is kept. */
export interface Timer {
  readonly key: string;
  readonly name: string;
  /** By event time, or by readings of the journalled clock. */
  readonly kind: 'event' | 'processing';
  readonly at: Millis;
  /** Event time of the value or timer that set it. */
  readonly since: Millis;
  /** Wall-clock time at which the event behind it entered the log. */
  readonly origin: Millis;
  readonly trace: string;
}

/** Negative where `a` fires before `b`: by time, then by key, then by name, in the order of their UTF-16 code units. */
export function firesBefore(a: Timer, b: Timer): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return 0;
}

const stored = z.tuple([
  z.string(),
  z.string(),
  z.enum(['event', 'processing']),
  z.number(),
  z.number().nullable(),
  z.number(),
  z.string(),
]);

export const encodeTimer = ({ key, name, kind, at, since, origin, trace }: Timer): string =>
  JSON.stringify([key, name, kind, at, Number.isFinite(since) ? since : null, origin, trace]);

/** Throws a `ZodError` or `SyntaxError` for what `encodeTimer` did not write. */
export function decodeTimer(value: StateValue): Timer {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString();
  const [key, name, kind, at, since, origin, trace] = stored.parse(JSON.parse(text));
  return { key, name, kind, at, since: since ?? -Infinity, origin, trace };
}

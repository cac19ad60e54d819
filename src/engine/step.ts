import type { SchemaRegistry } from '../stream/registry.ts';
import type { Millis } from '../stream/time.ts';
import type { Leisure } from './leisure.ts';

export type StateValue = string | Uint8Array;

/** What a checkpoint holds of one step: for who asks, beside the epochs. */
export interface StoredState {
  get(key: string): StateValue | undefined;
  /** From the first key on that is not before `from`, in the order of UTF-8 bytes; `limit` at most. */
  range(from: string, limit: number): readonly (readonly [key: string, value: StateValue])[];
}

/** The same for a step that leaves its entries there: stretches of them, from either end. */
export interface StoredEntries extends StoredState {
  range(from: string, limit: number, before?: string): readonly (readonly [key: string, value: StateValue])[];
  /** The last ones that are not before `from` and are before `before`, the last first; `limit` at most. */
  rangeBack(
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): readonly (readonly [key: string, value: StateValue])[];
}

/**
 * A named, stateful part of a task. It outlives the pipe: after a failure the pipe is built anew and finds its
 * steps, and their state, by name.
 */
export interface Step {
  readonly kind: string;
  /** What must be the same for stored state to be usable: settings, schema, codec version. */
  readonly identity: string;
  /** Whether it understands what was stored under another identity; told before anything of it is restored or undone. */
  reads?(identity: string): boolean;
  /** Finds out what it has to know to read what was stored under another identity, before it is asked whether it does. */
  learn?(identity: string, registry: Pick<SchemaRegistry, 'find'>): Promise<void>;
  /** Whether event time decides what the step does, and not its values alone; only such a step has a `lag` or a `hold`. */
  readonly timed: boolean;
  /** Event time at which the step wants to be woken; Infinity if never. */
  nextTimer: Millis;
  /** How far what the step emits may lie behind its input watermark. */
  readonly lag: Millis;
  /** Nothing that the step emits of what it holds now has an earlier event time; Infinity if it holds nothing. */
  readonly hold: Millis;
  /** Whether what it emits lies behind the event time of the task, so that nothing that waits for event time may follow. */
  readonly delays?: boolean;
  /** Reading of the journalled clock at which the step wants an epoch, even without records; Infinity if never. */
  readonly due: Millis;
  /** The same for timers of its own, which nobody who runs until all is caught up waits for. */
  readonly wakes?: Millis;
  /** Whether it goes by the key that their stream has for its records. */
  readonly keyedByStream?: boolean;
  /** Which of its entries are restored, where it reads the others in the checkpoint when it needs them; absent: all. */
  readonly restores?: { readonly from: string; readonly before: string };
  /** Where the checkpoint has its entries. */
  attach?(stored: StoredEntries): void;
  /** Event time has reached `watermark`, which is at or past `nextTimer`. */
  fire(watermark: Millis): void;
  /** The epoch is open, with its clock, and nothing has been pushed yet. Absent where that is nothing to a step. */
  beginEpoch?(): void;
  /** Whether it holds as much as it may: then nothing more is read until it has let go of something. */
  readonly isFull?: boolean;
  /** The records and timers of the epoch are through. Work that takes long is awaited, and nothing else of the epoch happens. */
  endEpoch(leisure: Leisure): Promise<void> | void;
  /** What the epoch changed, for the checkpoint; null removes. */
  changes(): Iterable<readonly [key: string, value: StateValue | null]>;
  /** The checkpoint holds the changes. */
  committed(): void;
  /** The epoch failed: back to the checkpoint, whose values `read` answers. */
  undo(read: (key: string) => StateValue | undefined, watermark: Millis): void;
  /** Takes a value from the checkpoint; called by key in ascending order. */
  restore(key: string, value: StateValue, watermark: Millis): void;
  /** Everything has been restored or undone: what is derived from the state can be derived now. */
  restored(): void;
  /**
   * What the checkpoint holds of a key, as its users know it; undefined where that is nothing. It looks at nothing that
   * the step has in memory, so that who asks sees no epoch half done. Absent where nobody can ask.
   */
  query?(key: string, stored: StoredState): unknown;
}

/** A step without state or timers; the others override what they have. */
export abstract class BaseStep implements Step {
  abstract readonly kind: string;
  readonly identity: string = '';
  readonly timed: boolean = false;
  nextTimer: Millis = Infinity;
  readonly lag: Millis = 0;
  readonly hold: Millis = Infinity;
  get due(): Millis {
    return Infinity;
  }
  fire(_watermark: Millis): void {}
  endEpoch(_leisure: Leisure): Promise<void> | void {}
  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {}
  committed(): void {}
  undo(_read: (key: string) => StateValue | undefined, _watermark: Millis): void {}
  restore(_key: string, _value: StateValue, _watermark: Millis): void {}
  restored(): void {}
}

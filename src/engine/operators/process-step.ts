import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import { entryCodec } from '../state/entry-codec.ts';
import type { PlacedState, Scope, StateKind } from '../state/kinds/kind.ts';
import { MemoryEntries } from '../state/memory-entries.ts';
import type { StateValue, Step } from '../step.ts';
import type { ProcessContext, States, StatesOfKey } from './process.ts';

export interface ProcessStepOptions<K> {
  readonly task: TaskRuntime;
  readonly states: K;
  /** Whether the key is that of the stream, for want of another. */
  readonly keyedByStream: boolean;
}

/** Puts the states of a general step into a task: their ends, their checkpoint. Each stands under its name and a bar. */
export class ProcessStep<K extends States> implements Step {
  readonly kind = 'process';
  readonly timed: boolean;
  readonly identity: string;
  readonly lag = 0;
  readonly hold = Infinity;
  readonly due = Infinity;
  readonly keyedByStream: boolean;
  readonly #task: TaskRuntime;
  readonly #scope: Scope = { key: '', prefix: '', time: -Infinity, now: -Infinity };
  readonly #placed: ReadonlyMap<string, PlacedState<unknown>>;
  readonly #handles: StatesOfKey<K>;

  constructor({ task, states, keyedByStream }: ProcessStepOptions<K>) {
    this.#task = task;
    this.keyedByStream = keyedByStream;
    const kinds = Object.entries(states);
    this.timed = kinds.some(([, { timed }]) => timed);
    this.identity = JSON.stringify(Object.fromEntries(kinds.map(([name, state]) => [name, described(state)])));
    this.#placed = new Map(kinds.map(([name, state]) => [name, this.#place(state)]));
    // oxlint-disable-next-line typescript/consistent-type-assertions -- `fromEntries` forgets which name has which handle
    this.#handles = Object.fromEntries(
      Array.from(this.#placed, ([name, { handle }]) => [name, handle]),
    ) as StatesOfKey<K>;
  }

  /** A value of this key comes: what its callback is told. */
  enter(key: string): ProcessContext<K> {
    const { cursor, eventTime } = this.#task;
    const { time } = cursor;
    this.#moveTo(key, time, Math.max(time, eventTime.watermark));
    return { key, time, state: this.#handles };
  }

  /** The callback is through: event time wakes the step when something of what it wrote is over. */
  leave(): void {
    if (this.timed) this.#task.eventTime.wake(this.nextTimer);
  }

  get nextTimer(): Millis {
    let next = Infinity;
    for (const { entries } of this.#placed.values()) next = Math.min(next, entries.nextSweep);
    return next;
  }

  fire(watermark: Millis): void {
    for (const { entries } of this.#placed.values()) if (entries.nextSweep <= watermark) entries.sweep(watermark);
  }

  endEpoch(): void {}

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const [name, { entries }] of this.#placed)
      for (const [id, value] of entries.changes()) yield [`${name}|${id}`, value];
  }

  committed(): void {
    for (const { entries } of this.#placed.values()) entries.committed();
  }

  undo(read: (key: string) => StateValue | undefined): void {
    for (const [name, { entries }] of this.#placed) entries.undo(id => read(`${name}|${id}`));
  }

  restore(key: string, value: StateValue): void {
    const bar = key.indexOf('|');
    this.#placed.get(key.slice(0, bar))?.entries.restore(key.slice(bar + 1), value);
  }

  restored(): void {}

  #moveTo(key: string, time: Millis, now: Millis): void {
    const scope = this.#scope;
    scope.key = key;
    scope.prefix = `${key.replace(/[%|]/g, encodeURIComponent)}|`;
    scope.time = time;
    scope.now = now;
  }

  #place(state: StateKind<unknown>): PlacedState<unknown> {
    return state.place({
      scope: this.#scope,
      entries: (codec, { ttl, sorted }) => new MemoryEntries({ codec: entryCodec(codec), ttl, sorted }),
    });
  }
}

const described = ({ kind, codec }: StateKind<unknown>): string => `${kind} ${codec.version}`;

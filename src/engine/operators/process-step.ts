import type { Millis } from '../../stream/time.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import type { TaskRuntime } from '../runtime.ts';
import { type IdRange, idsWith } from '../state/entries.ts';
import { entryCodec } from '../state/entry-codec.ts';
import type { PlacedState, Scope, StateKind } from '../state/kinds/kind.ts';
import { DiskEntries } from '../state/disk-entries.ts';
import { nothingStored } from '../state/keyed-on-disk.ts';
import { MemoryEntries } from '../state/memory-entries.ts';
import type { MemoryBound } from '../state/recent.ts';
import type { StateValue, Step, StoredEntries, StoredState } from '../step.ts';
import { StepTimers } from '../timers/step-timers.ts';
import type { FiredTimer } from '../timers/timers.ts';
import type { ProcessContext, States, StatesOfKey } from './process.ts';
import { prefixOf, processQuery } from './process-query.ts';
import { StateIdentities } from './state-identities.ts';

export interface ProcessStepOptions<K> {
  readonly task: TaskRuntime;
  readonly states: K;
  /** Undefined where all of them are held in memory. */
  readonly memory: MemoryBound | undefined;
  /** Whether the key is that of the stream, for want of another. */
  readonly keyedByStream: boolean;
  readonly name: string;
  /** Whether something is done for timers. */
  readonly withTimers: boolean;
  readonly timersPerKey: number;
}

/** Before what is kept of timers: no state has such a name. */
const timersPrefix = '@timer|';

/**
 * Puts the states and the timers of a general step into a task: their ends, their checkpoint. Each state stands under its
 * name and a bar.
 */
export class ProcessStep<K extends States> implements Step {
  readonly kind = 'process';
  readonly timed: boolean;
  readonly lag = 0;
  readonly delays: boolean;
  /** What the pipe of the day does for a timer. */
  onTimer: ((timer: FiredTimer, context: ProcessContext<K>) => void) | undefined;
  readonly keyedByStream: boolean;
  readonly restores?: IdRange;
  #stored: StoredEntries | undefined;
  readonly #identities: StateIdentities;
  readonly #task: TaskRuntime;
  readonly #scope: Scope = { key: '', prefix: '', time: -Infinity, now: -Infinity };
  readonly #placed: ReadonlyMap<string, PlacedState<unknown>>;
  readonly #handles: StatesOfKey<K>;
  readonly #states: K;
  readonly #timers: StepTimers;

  constructor({ task, states, memory, keyedByStream, name, withTimers, timersPerKey }: ProcessStepOptions<K>) {
    this.#task = task;
    this.#states = states;
    this.delays = withTimers;
    this.keyedByStream = keyedByStream;
    const kinds = Object.entries(states);
    this.timed = withTimers || kinds.some(([, { timed }]) => timed);
    this.#identities = new StateIdentities(states);
    if (memory !== undefined) this.restores = idsWith(timersPrefix);
    this.#placed = new Map(kinds.map(([state, kind]) => [state, this.#place(state, kind, memory)]));
    // oxlint-disable-next-line typescript/consistent-type-assertions -- `fromEntries` forgets which name has which handle
    this.#handles = Object.fromEntries(
      Array.from(this.#placed, ([state, { handle }]) => [state, handle]),
    ) as StatesOfKey<K>;
    this.#timers = new StepTimers({
      task,
      step: name,
      perKey: timersPerKey,
      isUsed: withTimers,
      key: () => this.#scope.key,
      call: (timer, time, now) => {
        this.#moveTo(timer.key, time, now);
        this.onTimer?.(timer, this.#context(timer.key, time));
      },
    });
  }

  get identity(): string {
    return this.#identities.identity;
  }

  learn(identity: string, registry: Pick<SchemaRegistry, 'find'>): Promise<void> {
    return this.#identities.learn(identity, registry);
  }

  reads(identity: string): boolean {
    return this.#identities.reads(identity);
  }

  attach(stored: StoredEntries): void {
    this.#stored = stored;
  }

  /** A value of this key comes: what its callback is told. */
  enter(key: string): ProcessContext<K> {
    const { cursor, eventTime } = this.#task;
    const { time } = cursor;
    this.#moveTo(key, time, Math.max(time, eventTime.watermark));
    if (this.delays) this.#timers.enter();
    return this.#context(key, time);
  }

  /** The callback is through: event time wakes the step when something of what it wrote is over, or a timer is due. */
  leave(): void {
    if (this.delays) this.#timers.leave();
    if (this.timed) this.#task.eventTime.wake(this.nextTimer);
  }

  get hold(): Millis {
    return this.delays ? this.#timers.hold : Infinity;
  }

  readonly due = Infinity;

  get wakes(): Millis {
    return this.#timers.due;
  }

  get nextTimer(): Millis {
    let next = this.#timers.nextTimer;
    for (const { entries } of this.#placed.values()) next = Math.min(next, entries.nextSweep);
    return next;
  }

  /** Timers first, each as of its own time: they see what ends between it and the watermark. */
  fire(watermark: Millis): void {
    if (this.#timers.nextTimer <= watermark) this.#timers.fire(watermark);
    for (const { entries } of this.#placed.values()) if (entries.nextSweep <= watermark) entries.sweep(watermark);
  }

  endEpoch(): void {
    this.#timers.fireByClock();
    for (const { entries } of this.#placed.values()) entries.tidy?.();
  }

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const [name, { entries }] of this.#placed)
      for (const [id, value] of entries.changes()) yield [name + id, value];
    for (const [id, value] of this.#timers.kept.changes()) yield [timersPrefix + id, value];
  }

  committed(): void {
    this.#timers.kept.committed();
    for (const { entries } of this.#placed.values()) entries.committed();
  }

  undo(read: (key: string) => StateValue | undefined): void {
    for (const [name, { entries }] of this.#placed) entries.undo(id => read(name + id));
    this.#timers.kept.undo(id => read(timersPrefix + id));
  }

  restore(key: string, value: StateValue): void {
    if (key.startsWith(timersPrefix)) return this.#timers.restore(key.slice(timersPrefix.length), value);
    const end = key.search(/[|~]/);
    this.#placed.get(key.slice(0, end))?.entries.restore(key.slice(end), value);
  }

  restored(): void {}

  query(key: string, stored: StoredState): unknown {
    return processQuery(this.#states, key, stored);
  }

  #context(key: string, time: Millis): ProcessContext<K> {
    return { key, time, state: this.#handles, timers: this.#timers.handle };
  }

  #moveTo(key: string, time: Millis, now: Millis): void {
    const scope = this.#scope;
    scope.key = key;
    scope.prefix = prefixOf(key);
    scope.time = time;
    scope.now = now;
  }

  #place(name: string, state: StateKind<unknown>, memory: MemoryBound | undefined): PlacedState<unknown> {
    const stored = (): StoredEntries => this.#stored ?? nothingStored;
    return state.place({
      scope: this.#scope,
      entries(codec, { ttl, sorted }) {
        const options = { codec: entryCodec(codec), ttl, sorted };
        return memory === undefined
          ? new MemoryEntries(options)
          : new DiskEntries({ ...options, stored, name, memory });
      },
    });
  }
}

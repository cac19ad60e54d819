/** The timers of a step: by key and name, in the order in which they fire, and what an epoch changed of them. */
import type { Millis } from '../../stream/time.ts';
import { TaskStopped } from '../errors.ts';
import type { StateValue } from '../step.ts';
import { TimerQueue } from './queue.ts';
import { decodeTimer, encodeTimer, type Timer } from './timer.ts';

export class KeptTimers {
  readonly #most: number;
  readonly #byKey = new Map<string, Map<string, Timer>>();
  readonly #queues = { event: new TimerQueue(), processing: new TimerQueue() };
  /** Touched in the open epoch: what stands in the checkpoint under it may be something else. */
  readonly #dirty = new Map<string, readonly [key: string, name: string]>();

  /** `most` of one key. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The timer by event time that fires next. */
  get firstByEvent(): Timer | undefined {
    return this.#queues.event.first;
  }

  get firstByProcessing(): Timer | undefined {
    return this.#queues.processing.first;
  }

  get(key: string, name: string): Timer | undefined {
    return this.#byKey.get(key)?.get(name);
  }

  /** In place of the timer of that key and name, if there is one. Throws a `RangeError` where there are too many of the key. */
  set(timer: Timer): void {
    const { key, name } = timer;
    const size = this.#byKey.get(key)?.size ?? 0;
    if (size >= this.#most && this.get(key, name) === undefined)
      throw new RangeError(
        `${JSON.stringify(key)} has ${size} timers, and is to have '${name}' too: let it reuse names, or give the step a greater \`timersPerKey\``,
      );
    this.#touch(key, name);
    this.#drop(key, name);
    this.#put(timer);
  }

  delete(key: string, name: string): void {
    if (this.get(key, name) === undefined) return;
    this.#touch(key, name);
    this.#drop(key, name);
  }

  *changes(): Iterable<readonly [id: string, value: StateValue | null]> {
    for (const [id, [key, name]] of this.#dirty) {
      const timer = this.get(key, name);
      yield [id, timer === undefined ? null : encodeTimer(timer)];
    }
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (id: string) => StateValue | undefined): void {
    for (const [id, [key, name]] of this.#dirty) {
      this.#drop(key, name);
      const stored = read(id);
      if (stored !== undefined) this.restore(id, stored);
    }
    this.#dirty.clear();
  }

  /** Throws `TaskStopped` for what is no timer. */
  restore(id: string, stored: StateValue): void {
    try {
      this.#put(decodeTimer(stored));
    } catch (cause) {
      throw new TaskStopped(
        `The checkpoint holds under '${id}' what is no timer`,
        'Run the release that wrote it, or backfill into a fresh namespace with `millrace replay --into`',
        { cause },
      );
    }
  }

  #touch(key: string, name: string): void {
    this.#dirty.set(`${key.length}|${key}${name}`, [key, name]);
  }

  #put(timer: Timer): void {
    const { key, name } = timer;
    const ofKey = this.#byKey.get(key) ?? new Map<string, Timer>();
    this.#byKey.set(key, ofKey.set(name, timer));
    this.#queues[timer.kind].add(timer);
  }

  #drop(key: string, name: string): void {
    const ofKey = this.#byKey.get(key);
    const timer = ofKey?.get(name);
    if (ofKey === undefined || timer === undefined) return;
    ofKey.delete(name);
    if (ofKey.size === 0) this.#byKey.delete(key);
    this.#queues[timer.kind].delete(timer);
  }
}

/** When the first of them is due; Infinity where there is none. */
export const whenOf = (timer: Timer | undefined): Millis => timer?.at ?? Infinity;

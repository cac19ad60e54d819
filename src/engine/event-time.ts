import type { Millis } from '../stream/time.ts';
import type { Input } from './input.ts';
import type { Arrival } from './joins/window-join.ts';
import type { Plan } from './plan.ts';
import type { Position } from './position.ts';
import type { TaskRuntime } from './runtime.ts';

/**
 * The event time of a task: the least over its partitions, of which each is the least over its producers.
 * It advances between records and never goes back.
 */
export class EventTime {
  watermark: Millis = -Infinity;
  /** The earliest timer of any step. */
  nextTimer: Millis = Infinity;
  /** `stream/partition` of what does not hold event time back in this epoch. */
  idle = new Set<string>();
  /** The journalled clock from which on event time goes at the pace of the wall clock; null while a partition is not idle. */
  idleSince: Millis | null = null;
  /** Whether the open epoch is the first in which everything is idle. */
  turnedIdle = false;
  /** Whether the task has no event time and expects none: its readers are told not to wait for it. */
  timeless = false;
  readonly #task: TaskRuntime;
  /** What holds event time back in the open epoch: an array, because it is walked for every record. */
  #holding: Position[] = [];

  constructor(task: TaskRuntime) {
    this.#task = task;
  }

  /** A record from outside has this event time. */
  observe(input: Input<unknown>, position: Position, time: Millis): void {
    if (time <= position.newest) return;
    position.newest = time;
    this.#refresh(input, position);
  }

  /** A producer's watermark in a partition has moved on. */
  mark(input: Input<unknown>, position: Position): void {
    this.#refresh(input, position);
  }

  /**
   * How far event time has come in the partition of the record under the cursor: by its own log, whatever was read of
   * others meanwhile, except that it is never behind the task.
   */
  #own(): Millis {
    const { cursor, inputs } = this.#task;
    const mark = inputs.get(cursor.stream)?.position(cursor.partition).mark ?? noTime;
    return mark === noTime ? this.watermark : Math.max(mark, this.watermark);
  }

  /** Where the record under the cursor stands as it comes. */
  arrival(): Arrival {
    const { time, trace } = this.#task.cursor;
    return { time, mark: this.#own(), watermark: this.watermark, trace };
  }

  /** An epoch opens: which partitions are idle is in its plan. */
  begin(plan: Plan): void {
    // The idle time up to now counts, whether or not there was a timer to plan an epoch for.
    if (this.idleSince !== null) this.#advance(this.idleTime(plan.clock));
    this.idle = new Set(plan.idle);
    this.#holding = [];
    for (const { input, position } of this.#timed()) {
      position.mark = markOf(input, position, this.idle);
      if (input.producers.length > 0 || !this.idle.has(keyOf(input, position))) this.#holding.push(position);
    }
    // Who turned idle holds nothing back any more: not even while the first records of the others come.
    this.#advance(this.#least());
  }

  /** At the end of an epoch: when all is idle, event time goes on at the pace of the wall clock. */
  elapse(clock: Millis): void {
    const allIdle = this.everythingIdle();
    this.turnedIdle = allIdle && this.idleSince === null;
    if (!allIdle) this.idleSince = null;
    else this.idleSince ??= clock - this.#aheadOfNewest();
    this.#advance(allIdle ? this.idleTime(clock) : this.#least());
    this.timeless = this.watermark === -Infinity && this.#nobodyHasTime();
  }

  /** Event time if the task, idle as a whole, had an epoch at `clock`; -Infinity where nothing was ever read. */
  idleTime(clock: Millis): Millis {
    return this.#newest() + Math.max(0, clock - (this.idleSince ?? clock));
  }

  #newest(): Millis {
    let newest = -Infinity;
    for (const { input, position } of this.#timed()) newest = Math.max(newest, position.newest - input.lateness);
    return newest;
  }

  /** An earlier idle time may have left event time ahead of every record: it goes on from where it stands. */
  #aheadOfNewest(): Millis {
    return this.watermark === -Infinity ? 0 : Math.max(0, this.watermark - this.#newest());
  }

  everythingIdle(): boolean {
    let some = false;
    for (const { input, position } of this.#timed()) {
      some = true;
      if (input.producers.length > 0 || !this.idle.has(keyOf(input, position))) return false;
    }
    return some;
  }

  /** Whether every partition is idle without ever having had a record, or says the same of its producers. */
  #nobodyHasTime(): boolean {
    for (const { input, position } of this.#timed()) {
      const silent =
        input.producers.length === 0 && position.newest === -Infinity && this.idle.has(keyOf(input, position));
      if (!silent && position.mark !== noTime) return false;
    }
    return true;
  }

  wake(at: Millis): void {
    if (at < this.nextTimer) this.nextTimer = at;
  }

  /** After restore or undo, when the marks of partitions and the timers of steps are to be derived again. */
  derive(): void {
    for (const { input, position } of this.#timed()) position.mark = markOf(input, position, this.idle);
    this.nextTimer = Infinity;
    for (const step of this.#task.steps.values()) this.wake(step.nextTimer);
  }

  #refresh(input: Input<unknown>, position: Position): void {
    const before = position.mark;
    position.mark = markOf(input, position, this.idle);
    // Only the partition that was last can move the least.
    if (before <= this.watermark && position.mark > before) this.#advance(this.#least());
  }

  #least(): Millis {
    let least = Infinity;
    for (const { mark } of this.#holding) if (mark < least) least = mark;
    return least === Infinity ? -Infinity : least;
  }

  #advance(to: Millis): void {
    if (to <= this.watermark) return;
    this.watermark = to;
    if (this.nextTimer <= to) this.#fire();
  }

  #fire(): void {
    const task = this.#task;
    const { isApart } = task.cursor;
    task.cursor.isApart = true;
    task.cursor.within({ ...task.cursor.context(), time: this.watermark }, () => {
      this.nextTimer = Infinity;
      for (const step of task.steps.values()) {
        if (step.nextTimer <= this.watermark) step.fire(this.watermark);
        this.wake(step.nextTimer);
      }
    });
    task.cursor.isApart = isApart;
    task.throwFailure('a timer');
  }

  /** Partitions that carry event time: a table that is clocked by another stream does not, nor what is read `untimed`. */
  *#timed(): Iterable<{ input: Input<unknown>; position: Position }> {
    for (const input of this.#task.inputs.values()) {
      if (input.timed) for (const position of input.positions) yield { input, position };
    }
  }
}

/** The watermark of a producer that has no event time, until its next record or marker says otherwise. */
export const noTime = Infinity;

export const keyOf = (input: Input<unknown>, position: Position): string =>
  `${input.stream.name}/${position.partition}`;

/** How far event time has come in a partition. */
export function markOf(input: Input<unknown>, position: Position, idle: ReadonlySet<string>): Millis {
  if (input.producers.length === 0) return position.newest - input.lateness;
  let mark = Infinity;
  for (const name of input.producers) mark = Math.min(mark, position.producers.get(name)?.mark ?? -Infinity);
  // Somebody outside writes it too: as long as they do, event time waits for them as well.
  const outside = position.newest > -Infinity && !idle.has(keyOf(input, position));
  return outside ? Math.min(mark, position.newest - input.lateness) : mark;
}

/** Timers in a task: set under its cursor, fired in their order by event time and by the journalled clock. */
import type { Millis } from '../../stream/time.ts';
import { MillraceError } from '../../errors.ts';
import { IncompatibleState, TaskStopped } from '../errors.ts';
import { reasonOf } from '../record-failed.ts';
import type { TaskRuntime } from '../runtime.ts';
import { StateAway } from '../state-away.ts';
import type { StateValue } from '../step.ts';
import { KeptTimers, whenOf } from './kept-timers.ts';
import type { Timer } from './timer.ts';
import type { Timers } from './timers.ts';

/** Timers that fire one after the other without a record in between: a timer that sets itself has to come to an end. */
export const mostFiredAtOnce = 1_000_000;
const longestName = 200;

/** What a timer of a step has led to: the callback of the topology, or an operator behind it, threw. */
export class TimerFailed extends MillraceError {
  readonly code = 'TIMER_FAILED';
}

export interface StepTimersOptions {
  readonly task: TaskRuntime;
  readonly step: string;
  readonly perKey: number;
  /** Whether the topology does anything for a timer. */
  readonly isUsed: boolean;
  /** The key of the call under way. */
  readonly key: () => string;
  /** Calls what the topology does for a timer: `time` is the event time of what it emits, `now` how far event time has come. */
  readonly call: (timer: Timer, time: Millis, now: Millis) => void;
}

export class StepTimers {
  readonly kept: KeptTimers;
  readonly #options: StepTimersOptions;
  /** Event time of the timer under way, once event time has moved past it. */
  #firing: Millis | undefined;
  /** While a value is processed: what it emits is no later than the task, whatever it sets timers for. */
  #floor: Millis = -Infinity;

  constructor(options: StepTimersOptions) {
    this.#options = options;
    this.kept = new KeptTimers(options.perKey);
  }

  get nextTimer(): Millis {
    return whenOf(this.kept.firstByEvent);
  }

  get due(): Millis {
    return whenOf(this.kept.firstByProcessing);
  }

  /** Nothing that timers emit from now on has an earlier event time, unless it was set for a time that had passed. */
  get hold(): Millis {
    return this.#firing ?? Math.max(this.nextTimer, this.#floor);
  }

  readonly handle: Timers = {
    at: (time, name = '') => {
      if (!Number.isFinite(time)) throw new RangeError(`The timer '${name}' is set for ${time}, which is no time`);
      this.#set('event', time, name);
    },
    afterProcessing: (duration, name = '') => {
      const clock = this.#options.task.plan?.clock;
      if (!(duration >= 1 && duration < Infinity) || clock === undefined)
        throw new RangeError(`The timer '${name}' is set for ${duration} ms from now: give 1 or more`);
      this.#set('processing', clock + duration, name);
    },
    due: (name = '') => this.kept.get(this.#options.key(), name)?.at,
    delete: (name = '') => this.kept.delete(this.#options.key(), name),
  };

  /** Takes back what a checkpoint holds. Throws `IncompatibleState` where nothing is done for timers any more. */
  restore(id: string, stored: StateValue): void {
    const { task, step, isUsed } = this.#options;
    if (!isUsed)
      throw new IncompatibleState(
        `The checkpoint of ${task.id} has timers of '${step}', for which the topology no longer does anything`,
        'Give the step an `onTimer`, which may do nothing, until they have fired',
      );
    this.kept.restore(id, stored);
  }

  /** A value comes. */
  enter(): void {
    this.#floor = this.#options.task.eventTime.watermark;
  }

  /** The value is through: what it has set for a time that has passed fires at once. What fails is for the record to answer. */
  leave(): void {
    const { watermark } = this.#options.task.eventTime;
    if (this.nextTimer <= watermark) this.#eachUntil(watermark, timer => this.#fireOne(timer, timer.at, watermark));
    this.#floor = -Infinity;
    this.#options.task.eventTime.wake(this.nextTimer);
  }

  /** Event time has come to the watermark. */
  fire(watermark: Millis): void {
    this.#guarded(() =>
      this.#eachUntil(watermark, timer => {
        this.#firing = Math.max(this.#firing ?? -Infinity, timer.at);
        this.#fireOne(timer, timer.at, timer.at);
      }),
    );
    this.#firing = undefined;
  }

  /** The end of an epoch, which has read the clock once. */
  fireByClock(): void {
    const { plan, eventTime } = this.#options.task;
    if (plan === undefined || this.due > plan.clock) return;
    this.#guarded(() => {
      let fired = 0;
      for (let timer = this.kept.firstByProcessing; (timer?.at ?? Infinity) <= plan.clock;) {
        if (timer === undefined) return;
        this.#count(++fired, timer);
        this.#floor = eventTime.watermark;
        const time = Math.max(eventTime.watermark, timer.since);
        this.#fireOne(timer, time, time);
        this.leave();
        timer = this.kept.firstByProcessing;
      }
    });
  }

  #eachUntil(watermark: Millis, work: (timer: Timer) => void): void {
    let fired = 0;
    for (let timer = this.kept.firstByEvent; timer !== undefined && timer.at <= watermark;) {
      this.#count(++fired, timer);
      work(timer);
      timer = this.kept.firstByEvent;
    }
  }

  /** Throws `TimerFailed` where the callback does, or what its results come to. */
  #fireOne(timer: Timer, time: Millis, now: Millis): void {
    const { task, call } = this.#options;
    this.kept.delete(timer.key, timer.name);
    try {
      task.cursor.within({ time, origin: timer.origin, trace: timer.trace }, () => call(timer, time, now));
    } catch (error) {
      throw this.#failed(timer, error);
    }
    const { failure } = task;
    if (failure === undefined || failure.closed || failure.error instanceof TaskStopped) return;
    if (failure.error instanceof StateAway) throw failure.error;
    const error = this.#failed(timer, failure.error);
    task.failure = { error, closed: false };
    throw error;
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.task.fail(error);
    }
  }

  #set(kind: Timer['kind'], at: Millis, name: string): void {
    const { task, step, key, isUsed } = this.#options;
    if (!isUsed)
      throw new TaskStopped(
        `${task.id}: the step '${step}' sets a timer, and does nothing for one`,
        'Give it `onTimer` beside `on`',
      );
    if (name.length > longestName)
      throw new RangeError(`The name of a timer has ${name.length} letters, ${longestName} are allowed`);
    const { time, origin, trace } = task.cursor;
    this.kept.set({ key: key(), name, kind, at, since: time, origin, trace });
  }

  #count(fired: number, timer: Timer): void {
    if (fired <= mostFiredAtOnce) return;
    throw this.#failed(timer, `${mostFiredAtOnce} timers have fired before it without any record in between`);
  }

  #failed({ key, name, kind, at }: Timer, cause: unknown): TimerFailed {
    const { task, step } = this.#options;
    const when = kind === 'event' ? `event time ${at}` : `clock ${at}`;
    return new TimerFailed(
      `${task.id}: the timer '${name}' of ${JSON.stringify(key)} in step '${step}' for ${when} failed: ${reasonOf(cause)}`,
      'Mend what the topology does for it; what it had set for a time that had passed fails the record that set it',
      { cause },
    );
  }
}

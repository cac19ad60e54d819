import { describeJoin, reachOf, type JoinKind, type JoinWindow } from '../joins/spec.ts';
import { type Alone, type Tell, WindowJoin } from '../joins/window-join.ts';
import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { StateCodec } from '../state/codec.ts';
import type { StateValue, Step } from '../step.ts';
import { JoinSideState } from './join-side.ts';

export interface JoinStepOptions<L, R> {
  readonly task: TaskRuntime;
  readonly kind: JoinKind;
  readonly window: JoinWindow;
  readonly left: StateCodec<L>;
  readonly right: StateCodec<R>;
  /** What of the keys takes part in the identity of what is kept. */
  readonly keys: string;
}

/** Puts a join, which knows nothing of it, into a task: its timers, its checkpoint, its cursor. */
export class JoinStep<L, R> implements Step {
  readonly kind: string;
  readonly timed = true;
  readonly identity: string;
  readonly lag: Millis;
  readonly due = Infinity;
  met: (left: L, right: R) => void = () => {};
  alone: (alone: Alone<L, R>) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #join: WindowJoin<L, R>;
  readonly #left: JoinSideState<L>;
  readonly #right: JoinSideState<R>;

  constructor({ task, kind, window, left, right, keys }: JoinStepOptions<L, R>) {
    this.kind = `${kind} join`;
    this.identity = `${describeJoin(window)} ${keys} ${left.version} | ${right.version}`;
    this.lag = reachOf(window);
    this.#task = task;
    this.#join = new WindowJoin(window, kind);
    this.#left = new JoinSideState('left', this.#join.left, left);
    this.#right = new JoinSideState('right', this.#join.right, right);
  }

  get nextTimer(): Millis {
    return this.#join.nextClose;
  }

  get hold(): Millis {
    return this.#join.hold;
  }

  /** False where the value is late. */
  addLeft(key: string, value: L): boolean {
    return this.#woken(this.#join.addLeft(key, value, this.#task.eventTime.arrival(), this.#tell));
  }

  /** False where the value is late. */
  addRight(key: string, value: R): boolean {
    return this.#woken(this.#join.addRight(key, value, this.#task.eventTime.arrival(), this.#tell));
  }

  fire(watermark: Millis): void {
    try {
      this.#join.close(watermark, this.#tell);
    } catch (error) {
      this.#task.fail(error); // it belongs to no record
    }
  }

  endEpoch(): void {}

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    yield* this.#left.changes();
    yield* this.#right.changes();
  }

  committed(): void {
    this.#join.left.committed();
    this.#join.right.committed();
  }

  undo(read: (key: string) => StateValue | undefined): void {
    this.#left.undo(read);
    this.#right.undo(read);
  }

  restore(key: string, value: StateValue): void {
    if (this.#left.owns(key)) this.#left.restore(key, value);
    else this.#right.restore(key, value);
  }

  restored(): void {}

  readonly #tell: Tell<L, R> = {
    met: (left, right, time) => {
      const { cursor } = this.#task;
      cursor.within({ ...cursor.context(), time }, () => this.met(left, right));
    },
    alone: alone => {
      const { cursor } = this.#task;
      const { time, trace } = alone.held;
      // What closed its window is the newest event behind the result; the trace is that of the record.
      cursor.within({ time, origin: cursor.origin, trace }, () => this.alone(alone));
    },
  };

  #woken(taken: boolean): boolean {
    if (taken) this.#task.eventTime.wake(this.nextTimer);
    return taken;
  }
}

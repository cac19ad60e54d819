import type { OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { Leisure } from '../leisure.ts';
import { LeftOff } from '../retry.ts';
import type { TaskRuntime } from '../runtime.ts';
import { BaseStep, type StateValue } from '../step.ts';
import { stage } from './stage.ts';

/** What an epoch looks like at its end. All of it is in the journal: a replay sees the same. */
export interface EpochEnd {
  /** The one reading of the wall clock. */
  readonly clock: Millis;
  /** Whether the epoch has reached the end of every input. */
  readonly caughtUp: boolean;
  /** Aborts when the task is told to stop: what takes long then rejects, and changes nothing any more. */
  readonly signal: AbortSignal;
  /** Lets everything else of the process have its turn, for whoever computes for long. */
  readonly turn: () => Promise<void>;
}

/**
 * State of a shape of its own, kept as values by key. Deterministic: what it emits depends on the values, on the ends
 * of the epochs and on its state alone.
 */
export interface Stateful<T, R> {
  /** Changes whenever yesterday's stored values are no longer understood. */
  readonly version: string;
  /** Whether values that were stored under this other version are understood. Told before they are restored or undone. */
  reads?(version: string): boolean;
  /** `from` is what travels beside the value: the W3C trace context of its record, or ''. */
  next(value: T, from: { readonly trace: string }): readonly R[];
  /**
   * The W3C trace context of what a result comes of, where the step knows better than that it is what came last;
   * '' where it comes of nothing that is traced. It goes with what is written of the result, and has to be as
   * deterministic: where it comes of values of former epochs it is part of the state.
   */
  traceOf?(result: R): string;
  /**
   * A Promise is for a pure computation that runs elsewhere or in turns: it is not journalled, since it is done again
   * with the same result. It is awaited, and the task does nothing else, while other tasks go on. A rejection stops the
   * task, so it tries again by itself what can be tried again.
   */
  endEpoch(end: EpochEnd): Iterable<R> | Promise<Iterable<R>>;
  /** What changed since `committed`; null removes. */
  changes(): Iterable<readonly [key: string, value: StateValue | null]>;
  committed(): void;
  /** Back to what was committed last, whose values `read` answers. */
  undo(read: (key: string) => StateValue | undefined): void;
  /** Takes a stored value; `restored` follows when all have come. */
  restore(key: string, value: StateValue): void;
  restored(): void;
}

/** A step of a task and its state: other pipes of the same task may read the state, values change it. */
export interface StatefulHandle<T, R, S> {
  readonly apply: OperatorFunction<T, R>;
  readonly state: S;
}

/** State of its own shape; see `Task.stateful`. */
export function stateful<T, R, S extends Stateful<T, R>>(
  build: Build,
  name: string,
  make: () => S,
): StatefulHandle<T, R, S> {
  const { task } = build;
  const step = build.step(name, () => new StatefulStep<T, R, S>(task, make()), StatefulStep<T, R, S>);
  let applied = false;
  const apply = stage<T, R>(build, name, out => {
    if (applied) throw new BuildError(`The step '${name}' is subscribed twice`, 'share() what several pipes read');
    applied = true;
    const { state } = step;
    step.emit = results => {
      for (const result of results) {
        if (state.traceOf === undefined) out.next(result);
        else task.cursor.traced(state.traceOf(result), () => out.next(result));
      }
    };
    return value => step.emit(state.next(value, task.cursor));
  });
  return { apply, state: step.state };
}

class StatefulStep<T, R, S extends Stateful<T, R>> extends BaseStep {
  readonly kind = 'stateful';
  override readonly identity: string;
  readonly state: S;
  emit: (results: Iterable<R>) => void = () => {};
  readonly #task: TaskRuntime;

  constructor(task: TaskRuntime, state: S) {
    super();
    this.identity = state.version;
    this.state = state;
    this.#task = task;
  }

  reads(version: string): boolean {
    return this.state.reads?.(version) === true;
  }

  override endEpoch({ signal, turn }: Leisure): Promise<void> | void {
    const { plan } = this.#task;
    if (plan === undefined) return;
    try {
      const results = this.state.endEpoch({ clock: plan.clock, caughtUp: plan.caughtUp, signal, turn });
      if (results instanceof Promise) return this.#later(results, signal);
      this.emit(results);
    } catch (error) {
      this.#task.fail(error);
    }
  }

  /** Whoever gave up waiting has undone the epoch: then nothing of it may be touched any more. */
  async #later(work: Promise<Iterable<R>>, signal: AbortSignal): Promise<void> {
    const task = this.#task;
    task.emitting = false; // what comes meanwhile is determined by nothing
    const [outcome] = await Promise.allSettled([work]);
    if (signal.aborted) throw new LeftOff(`the end of an epoch of ${task.id} was given up`);
    task.emitting = true;
    try {
      if (outcome.status === 'rejected') throw outcome.reason;
      this.emit(outcome.value);
    } catch (error) {
      task.fail(error);
    }
  }

  override changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    return this.state.changes();
  }

  override committed(): void {
    this.state.committed();
  }

  override undo(read: (key: string) => StateValue | undefined): void {
    this.state.undo(read);
  }

  override restore(key: string, value: StateValue): void {
    this.state.restore(key, value);
  }

  override restored(): void {
    this.state.restored();
  }
}

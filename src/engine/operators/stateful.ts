import type { OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { TaskRuntime } from '../runtime.ts';
import { BaseStep, type StateValue } from '../step.ts';
import { stage } from './stage.ts';

/** What an epoch looks like at its end. All of it is in the journal: a replay sees the same. */
export interface EpochEnd {
  /** The one reading of the wall clock. */
  readonly clock: Millis;
  /** Whether the epoch has reached the end of every input. */
  readonly caughtUp: boolean;
}

/**
 * State of a shape of its own, kept as values by key. Deterministic: what it emits depends on the values, on the ends
 * of the epochs and on its state alone.
 */
export interface Stateful<T, R> {
  /** Changes whenever yesterday's stored values are no longer understood. */
  readonly version: string;
  next(value: T): readonly R[];
  endEpoch(end: EpochEnd): readonly R[];
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
    step.emit = results => {
      for (const result of results) out.next(result);
    };
    return value => step.emit(step.state.next(value));
  });
  return { apply, state: step.state };
}

class StatefulStep<T, R, S extends Stateful<T, R>> extends BaseStep {
  readonly kind = 'stateful';
  override readonly identity: string;
  readonly state: S;
  emit: (results: readonly R[]) => void = () => {};
  readonly #task: TaskRuntime;

  constructor(task: TaskRuntime, state: S) {
    super();
    this.identity = state.version;
    this.state = state;
    this.#task = task;
  }

  override endEpoch(): void {
    const { plan } = this.#task;
    if (plan === undefined) return;
    try {
      this.emit(this.state.endEpoch({ clock: plan.clock, caughtUp: plan.caughtUp }));
    } catch (error) {
      this.#task.fail(error);
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

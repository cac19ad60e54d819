import type { OperatorFunction, Subscriber } from 'rxjs';
import type { Build } from '../build.ts';
import type { TaskRuntime } from '../runtime.ts';
import { KnownObserver, TaskObservable } from './guard.ts';

/** The inlet of a stage: what its step throws fails the epoch, what its source reports goes on to the sinks. */
export class Inlet<T, R> extends KnownObserver<T> {
  readonly #task: TaskRuntime;
  readonly #take: (value: T) => void;
  readonly #out: Subscriber<R>;

  constructor(task: TaskRuntime, name: string, take: (value: T) => void, out: Subscriber<R>) {
    super(name, `step:${name}`);
    this.#task = task;
    this.#take = take;
    this.#out = out;
  }

  next(value: T): void {
    try {
      this.#task.requireOpen(this.name);
      this.#take(value);
    } catch (error) {
      this.#task.fail(error);
    }
  }

  error(error: unknown): void {
    this.#out.error(error);
  }

  complete(): void {
    this.#out.complete();
  }
}

/**
 * An operator of the engine. `attach` is called at subscription, so that a second subscription without `share()`
 * meets its own name and is refused; it answers what to do with each value.
 */
export function stage<T, R>(
  build: Build,
  name: string,
  attach: (out: Subscriber<R>) => (value: T) => void,
): OperatorFunction<T, R> {
  return source =>
    new TaskObservable<R>(build.trail, out => {
      build.trail.link(`step:${name}`);
      return source.subscribe(new Inlet(build.task, name, attach(out), out));
    });
}

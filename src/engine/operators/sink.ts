import type { Observer } from 'rxjs';
import type { TaskRuntime } from '../runtime.ts';
import { KnownObserver } from './guard.ts';

/** Ends a pipe. What `take` throws fails the epoch; a pipe that completes inside an epoch does too. */
class Sink<T> extends KnownObserver<T> {
  readonly #task: TaskRuntime;
  readonly #take: (value: T) => void;

  constructor(task: TaskRuntime, name: string, take: (value: T) => void) {
    super(name);
    this.#task = task;
    this.#take = take;
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
    this.#task.fail(error);
  }

  complete(): void {
    this.#task.pipeClosed(this.name);
  }
}

export const sink = <T>(task: TaskRuntime, name: string, take: (value: T) => void): Observer<T> =>
  new Sink(task, name, take);

import type { Observer } from 'rxjs';
import type { TaskRuntime } from '../runtime.ts';
import type { GraphNode } from '../trail.ts';
import { KnownObserver } from './guard.ts';

/** Ends a pipe. What `take` throws fails the epoch; a pipe that completes inside an epoch does too. */
class Sink<T> extends KnownObserver<T> {
  readonly #task: TaskRuntime;
  readonly #take: (value: T) => void;

  constructor(task: TaskRuntime, name: string, node: GraphNode, take: (value: T) => void) {
    super(name, node);
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

/** `node` is its place in the graph, where that is not its name. */
export const sink = <T>(
  task: TaskRuntime,
  name: string,
  take: (value: T) => void,
  node: GraphNode = name,
): Observer<T> => new Sink(task, name, node, take);

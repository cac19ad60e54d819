import type { Observer } from 'rxjs';
import type { NodeMeter, TaskMeter } from '../meter.ts';
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

/** The same, counted. */
class MeteredSink<T> extends Sink<T> {
  readonly #task: TaskRuntime;
  readonly #meter: TaskMeter;
  readonly #node: NodeMeter;

  constructor(meter: TaskMeter, ...[task, name, node, take]: ConstructorParameters<typeof Sink<T>>) {
    super(task, name, node, take);
    this.#task = task;
    this.#meter = meter;
    this.#node = meter.of(node);
  }

  override next(value: T): void {
    this.#node.in++;
    if (this.#meter.isTiming) this.#meter.timed(this.#node, () => super.next(value));
    else super.next(value);
    if (this.#task.failure !== undefined) this.#meter.failed(this.#node, this.#task.failure.error);
  }
}

/** `node` is its place in the graph, where that is not its name. */
export const sink = <T>(
  task: TaskRuntime,
  name: string,
  take: (value: T) => void,
  node: GraphNode = name,
): Observer<T> =>
  task.meter === undefined ? new Sink(task, name, node, take) : new MeteredSink(task.meter, task, name, node, take);

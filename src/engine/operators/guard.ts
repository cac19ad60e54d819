import { Observable, type Observer, type Operator, Subscriber, type Subscription, type TeardownLogic } from 'rxjs';
import { BuildError } from '../errors.ts';
import type { GraphNode, PipeTrail } from '../trail.ts';

/** An observer that the engine knows: it never throws, it marks the task failed. */
export abstract class KnownObserver<T> implements Observer<T> {
  /** For messages. */
  readonly name: string;
  readonly node: GraphNode;
  constructor(name: string, node: GraphNode) {
    this.name = name;
    this.node = node;
  }
  abstract next(value: T): void;
  abstract error(error: unknown): void;
  abstract complete(): void;
}

/**
 * What a task's sources and steps are made of. RxJS reports what a bare observer throws off the stack, where no
 * epoch can see it; so only the task's own sinks may end a pipe. Operators keep the class, because they lift.
 */
export class TaskObservable<T> extends Observable<T> {
  readonly #trail: PipeTrail;

  constructor(trail: PipeTrail, subscribe?: (subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe);
    this.#trail = trail;
  }

  /* oxlint-disable typescript/no-deprecated -- RxJS 7's only way to keep a class through pipe(); pinned to 7.8 */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new TaskObservable<R>(this.#trail);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }
  /* oxlint-enable typescript/no-deprecated */

  override subscribe(observer?: Partial<Observer<T>> | ((value: T) => void) | null): Subscription {
    if (observer instanceof Subscriber) return this.#trail.through(this, () => super.subscribe(observer));
    if (observer instanceof KnownObserver) {
      return this.#trail.into(observer.node, () => this.#trail.through(this, () => super.subscribe(observer)));
    }
    throw new BuildError(
      'A pipe of a task ends in an observer of its own, whose failures no epoch would notice',
      'Subscribe one of the sinks of the task: task.write, task.replace, task.late',
    );
  }
}

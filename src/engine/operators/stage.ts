import { map, type OperatorFunction, type Subscriber } from 'rxjs';
import type { Build } from '../build.ts';
import type { NodeMeter, TaskMeter } from '../meter.ts';
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

/** The same, counted. */
class MeteredInlet<T, R> extends Inlet<T, R> {
  readonly #task: TaskRuntime;
  readonly #meter: TaskMeter;
  readonly #node: NodeMeter;

  constructor(meter: TaskMeter, ...[task, name, take, out]: ConstructorParameters<typeof Inlet<T, R>>) {
    super(task, name, take, out);
    this.#task = task;
    this.#meter = meter;
    this.#node = meter.of(this.node);
  }

  override next(value: T): void {
    this.#node.in++;
    if (this.#meter.isTiming) this.#meter.timed(this.#node, () => super.next(value));
    else super.next(value);
    this.#meter.done(this.#node, this.#task.failure?.error, this.#task.counts.late);
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
  const { task, trail } = build;
  const { meter } = task;
  return source => {
    const given = new TaskObservable<R>(trail, out => {
      trail.link(`step:${name}`);
      const inlet = [task, name, attach(out), out] as const;
      return source.subscribe(meter === undefined ? new Inlet(...inlet) : new MeteredInlet(meter, ...inlet));
    });
    return meter === undefined ? given : given.pipe(counted(meter.of(`step:${name}`)));
  };
}

/** What a step gives, counted. */
const counted = <R>(node: NodeMeter): OperatorFunction<R, R> =>
  map(value => {
    node.out++;
    return value;
  });

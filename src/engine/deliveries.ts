import type { TaskRuntime } from './runtime.ts';

/** Which values a sink of your own is given: those of one epoch of a task, the same whenever it is given them again. */
export interface Delivery {
  /** Task, lineage and epoch in one, for a receiver that does once what it is asked for twice. */
  readonly id: string;
  /** `topology/partition`: each delivers by itself. */
  readonly task: string;
  readonly lineage: number;
  /** Grows by delivery; epochs without values are left out. */
  readonly epoch: number;
  /** Aborts when the task is told to stop: what is under way is given again in its next life. */
  readonly signal: AbortSignal;
}

/** A sink of your own: a file, a database, a service. */
export interface BatchSink<T> {
  /**
   * Takes the values of an epoch, in order; they are there for good when it resolves. After a crash it may be given the
   * same again, so it writes lineage and epoch together with the values and drops what is not greater, or hands `id` on.
   * `Unavailable` is tried again, for as long as it takes; any other rejection stops the task.
   */
  write(values: readonly T[], delivery: Delivery): Promise<void>;
}

interface Pending {
  readonly isEmpty: () => boolean;
  readonly write: (delivery: Delivery) => Promise<void>;
  readonly clear: () => void;
}

/** What an epoch has for the sinks of its topology, by their names. */
export class Deliveries {
  readonly #sinks = new Map<string, Pending>();

  /** Answers what takes the values of an epoch for the sink; undefined where the name has one already. */
  register<T>(name: string, sink: BatchSink<T>): ((value: T) => void) | undefined {
    if (this.#sinks.has(name)) return undefined;
    let values: T[] = [];
    this.#sinks.set(name, {
      isEmpty: () => values.length === 0,
      write: delivery => sink.write(values, delivery),
      clear: () => void (values = []),
    });
    return value => void values.push(value);
  }

  /** One sink after the other, in the order of the build. */
  async flush({ id, lineage, epoch }: TaskRuntime, signal: AbortSignal): Promise<void> {
    for (const [name, { isEmpty, write }] of this.#sinks)
      if (!isEmpty()) await write({ id: `${id}/${name}/${lineage}.${epoch}`, task: id, lineage, epoch, signal });
  }

  /** The epoch is in the checkpoint, or undone. */
  clear(): void {
    for (const { clear } of this.#sinks.values()) clear();
  }

  /** The pipe is built anew. */
  forget(): void {
    this.#sinks.clear();
  }
}

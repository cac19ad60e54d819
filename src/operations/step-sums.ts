/** What the steps of topologies have done in this process: its tasks together, also those that are no more with it. */
import type { NodeFigures, TaskMeter } from '../engine/meter.ts';

/** A node of a topology, over its tasks. Plain data: it crosses threads. */
export interface TopologyNode extends NodeFigures {
  readonly topology: string;
}

interface Metered {
  readonly topology: string;
  readonly meter: TaskMeter;
}

type Sums = Map<string, TopologyNode>;

export class StepSums {
  /** By task. They are looked at when somebody asks, not with each epoch. */
  readonly #metered = new Map<string, Metered>();
  /** Of tasks that went: a sum that fell by them would look like a process that has begun anew. */
  readonly #gone: Sums = new Map();

  /** A task has a meter of its own each time that it is opened. */
  meter(task: string, topology: string, meter: TaskMeter): void {
    if (this.#metered.get(task)?.meter === meter) return;
    this.left(task);
    this.#metered.set(task, { topology, meter });
  }

  left(task: string): void {
    const metered = this.#metered.get(task);
    this.#metered.delete(task);
    if (metered !== undefined) add(this.#gone, metered);
  }

  /** In the order of the tasks, and of the nodes as values first came to them. */
  all(): readonly TopologyNode[] {
    const sums = new Map(this.#gone);
    for (const metered of this.#metered.values()) add(sums, metered);
    return [...sums.values()];
  }
}

function add(sums: Sums, { topology, meter }: Metered): void {
  for (const figures of meter.figures()) {
    const key = `${topology} ${figures.node}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? { topology, ...figures } : { topology, ...added(sum, figures) });
  }
}

const added = (a: NodeFigures, b: NodeFigures): NodeFigures => ({
  node: a.node,
  in: a.in + b.in,
  out: a.out + b.out,
  late: a.late + b.late,
  errors: a.errors + b.errors,
  timed: a.timed + b.timed,
  timed_ms: a.timed_ms + b.timed_ms,
  ends_ms: a.ends_ms + b.ends_ms,
});

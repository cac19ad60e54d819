/** Counts what the steps of a task do, and times some of it: for who looks at the task, never for the task itself. */
import type { GraphNode } from './trail.ts';

/** What went through a node since the task was opened, epochs that failed left out. Plain data: it crosses threads. */
export interface NodeFigures {
  /** As in the edges of the graph: `stream:NAME`, `step:NAME`, `documents:COLLECTION`, `late`. */
  readonly node: GraphNode;
  /** Values that came to it; of a stream that is read, those that it gave. */
  readonly in: number;
  /** Values that it gave. */
  readonly out: number;
  /** Of those that came, how many it gave to `task.late`. */
  readonly late: number;
  /** Values that it failed on, and ends of epochs. */
  readonly errors: number;
  /** Of those that came, how many were timed. */
  readonly timed: number;
  /** Time that those took, milliseconds, in the step and the plain operators behind it, next steps left out. */
  readonly timed_ms: number;
  /** Time of the ends of epochs, milliseconds. */
  readonly ends_ms: number;
}

/** Counters of one node: those of the open epoch apart, until it is committed. */
export class NodeMeter {
  in = 0;
  out = 0;
  late = 0;
  errors = 0;
  timed = 0;
  timed_ms = 0;
  ends_ms = 0;
  #before = { in: 0, out: 0, late: 0 };

  /** The epoch failed, or another begins: what it counted, and was not committed, counts for nothing. */
  begin(): void {
    ({ in: this.in, out: this.out, late: this.late } = this.#before);
  }

  committed(): void {
    this.#before = { in: this.in, out: this.out, late: this.late };
  }

  /** Of epochs that were committed; errors and times as they are. */
  figures(node: GraphNode): NodeFigures {
    const { errors, timed, timed_ms, ends_ms } = this;
    return { node, ...this.#before, errors, timed, timed_ms, ends_ms };
  }
}

/** One in so many records is timed, so that reading the clock costs nothing that anybody could measure. */
const timedEvery = 64;

export class TaskMeter {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Whether the record under way is timed. */
  isTiming = false;
  readonly #nodes = new Map<GraphNode, NodeMeter>();
  #records = 0;
  /** Time of the steps below the one that is being timed. */
  #below_ms = 0;
  /** What failed last, and how many late values are known by their step: the innermost step has the first word. */
  #failure: unknown;
  #late = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** The same each time that the pipe is built. */
  of(node: GraphNode): NodeMeter {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    const made = new NodeMeter();
    this.#nodes.set(node, made);
    return made;
  }

  /** A record begins its way. */
  record(): void {
    this.isTiming = this.#records++ % timedEvery === 0;
  }

  timed(node: NodeMeter, work: () => void): void {
    const above = this.#below_ms;
    this.#below_ms = 0;
    const begun = this.now();
    work();
    const elapsed = this.now() - begun;
    node.timed++;
    node.timed_ms += elapsed - this.#below_ms;
    this.#below_ms = above + elapsed;
  }

  /** What came of a value: told by each step when it is done with it, the innermost first. */
  done(node: NodeMeter, failure: unknown, late: number): void {
    if (failure !== undefined) this.failed(node, failure);
    node.late += late - this.#late;
    this.#late = late;
  }

  /** Whoever notices it first was the one. */
  failed(node: NodeMeter, failure: unknown): void {
    if (failure !== this.#failure) node.errors++;
    this.#failure = failure;
  }

  /** The end of an epoch was all that step's, since `begun`. */
  ended(node: NodeMeter, begun: number, failure: unknown): void {
    node.ends_ms += this.now() - begun;
    if (failure !== undefined) this.failed(node, failure);
  }

  begin(): void {
    this.#late = 0;
    this.isTiming = false;
    for (const node of this.#nodes.values()) node.begin();
  }

  committed(): void {
    for (const node of this.#nodes.values()) node.committed();
  }

  /** In the order in which values first came. */
  figures(): readonly NodeFigures[] {
    return [...this.#nodes].map(([node, meter]) => meter.figures(node));
  }
}

/** An arrow of a topology's graph. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Follows subscriptions from the sinks up to the sources: they are what the graph of a topology is drawn from. */
export class PipeTrail {
  readonly edges: Edge[] = [];
  readonly #path: string[] = [];

  /** What `work` subscribes flows into `name`. */
  into<R>(name: string, work: () => R): R {
    this.#path.push(name);
    try {
      return work();
    } finally {
      this.#path.pop();
    }
  }

  /** `from` is subscribed by whoever is being followed. */
  link(from: string): void {
    const to = this.#path.at(-1);
    if (to !== undefined) this.edges.push({ from, to });
  }
}

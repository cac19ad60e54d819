/** What an arrow joins: `stream:NAME`, `step:NAME`, `documents:COLLECTION`, `outside:SINK`, or `late`. */
export type GraphNode = string;

/** An arrow of a topology's graph. */
export interface Edge {
  readonly from: GraphNode;
  readonly to: GraphNode;
}

/** All from which something flows into the node. */
export function nodesBefore(edges: readonly Edge[], node: GraphNode): ReadonlySet<GraphNode> {
  const before = new Set([node]);
  for (const known of before) for (const { from, to } of edges) if (to === known) before.add(from);
  before.delete(node);
  return before;
}

/** A subscription under way: whom its values reach, and where they come from as far as is known. */
interface Followed {
  readonly to: GraphNode;
  readonly origins: Set<GraphNode>;
}

/** Follows subscriptions from the sinks up to the sources: they are what the graph of a topology is drawn from. */
export class PipeTrail {
  readonly #edges = new Map<string, Edge>();
  readonly #path: Followed[] = [];
  /** Origins of the pipes that have been subscribed: what is below `share()` is subscribed only once. */
  readonly #origins = new WeakMap<object, ReadonlySet<GraphNode>>();

  /** Each once, in the order of the first subscription. */
  get edges(): readonly Edge[] {
    return [...this.#edges.values()];
  }

  /** What `work` subscribes flows into `node`. */
  into<R>(node: GraphNode, work: () => R): R {
    return this.#within({ to: node, origins: new Set() }, work);
  }

  /** `work` subscribes `pipe`, whose values reach whoever is being followed. */
  through<R>(pipe: object, work: () => R): R {
    const below = this.#path.at(-1);
    if (below === undefined) return work();
    const here: Followed = { to: below.to, origins: new Set() };
    const result = this.#within(here, work);
    if (here.origins.size === 0) this.#within(here, () => this.#origins.get(pipe)?.forEach(from => this.link(from)));
    this.#origins.set(pipe, here.origins);
    for (const from of here.origins) below.origins.add(from);
    return result;
  }

  /** `from` is subscribed by whoever is being followed. */
  link(from: GraphNode): void {
    const followed = this.#path.at(-1);
    if (followed === undefined) return;
    const { to, origins } = followed;
    origins.add(from);
    this.#edges.set(JSON.stringify([from, to]), { from, to });
  }

  /** All from which something flows into a pipe that has been subscribed, as far as is known. */
  before(pipe: object): ReadonlySet<GraphNode> {
    const found = new Set(this.#origins.get(pipe));
    for (const node of found) for (const { from, to } of this.#edges.values()) if (to === node) found.add(from);
    return found;
  }

  #within<R>(followed: Followed, work: () => R): R {
    this.#path.push(followed);
    try {
      return work();
    } finally {
      this.#path.pop();
    }
  }
}

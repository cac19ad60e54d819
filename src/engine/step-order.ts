import { type Edge, nodesBefore } from './trail.ts';

/**
 * The steps of a graph, each after those from which values flow into it, otherwise in the order given: at the end of an
 * epoch a step may tell what those after it end with, too.
 */
export function upstreamFirst<S>(steps: ReadonlyMap<string, S>, edges: readonly Edge[]): ReadonlyMap<string, S> {
  const placed = new Map<string, S>();
  const place = (name: string, step: S): void => {
    if (placed.has(name)) return;
    const before = nodesBefore(edges, `step:${name}`);
    for (const [other, one] of steps) if (before.has(`step:${other}`)) place(other, one);
    placed.set(name, step);
  };
  for (const [name, step] of steps) place(name, step);
  return placed;
}

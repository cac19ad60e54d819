/** Where the nodes of a topology's graph are drawn: what flows goes from left to right. Pure. */
import type { RunningTopologies } from '../../api/client/client.ts';

export type RunningTopology = RunningTopologies['topologies'][number];

export interface PlacedNode {
  /** As in the edges: `stream:NAME`, `step:NAME`, `documents:COLLECTION`, `late`. */
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  /** As `d` of a path. */
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly path: string }[];
}

export const box = { width: 148, height: 44 } as const;
const gap = { across: 44, down: 16, edge: 8 } as const;

/** Each node stands one column behind the last of those that flow into it. */
export function layoutOf({ reads, steps, edges }: RunningTopology): Layout {
  const ids = new Set([
    ...reads.map(stream => `stream:${stream}`),
    ...steps.map(({ name }) => `step:${name}`),
    ...edges.flatMap(({ from, to }) => [from, to]),
  ]);
  const columns = columnsOf([...ids], edges);
  const rows = new Map<number, number>();
  const nodes = [...ids].map((id): PlacedNode => {
    const column = columns.get(id) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    return {
      id,
      x: gap.edge + column * (box.width + gap.across),
      y: gap.edge + row * (box.height + gap.down),
    };
  });
  const places = new Map(nodes.map(node => [node.id, node]));
  const arrows = edges.flatMap(({ from, to }) => {
    const [a, b] = [places.get(from), places.get(to)];
    return a === undefined || b === undefined ? [] : [{ from, to, path: pathOf(a, b) }];
  });
  const tallest = Math.max(1, ...rows.values());
  return {
    width: 2 * gap.edge + rows.size * (box.width + gap.across) - gap.across,
    height: 2 * gap.edge + tallest * (box.height + gap.down) - gap.down,
    nodes,
    arrows,
  };
}

/** A graph without circles is through after as many rounds as it has nodes; one with circles is drawn as far as that. */
function columnsOf(ids: readonly string[], edges: RunningTopology['edges']): ReadonlyMap<string, number> {
  const columns = new Map(ids.map(id => [id, 0]));
  for (let round = 0, moved = true; moved && round < ids.length; round++) {
    moved = false;
    for (const { from, to } of edges) {
      const behind = (columns.get(from) ?? 0) + 1;
      if (behind <= (columns.get(to) ?? 0) || behind >= ids.length) continue;
      columns.set(to, behind);
      moved = true;
    }
  }
  return columns;
}

function pathOf(from: PlacedNode, to: PlacedNode): string {
  const [x1, y1] = [from.x + box.width, from.y + box.height / 2];
  const [x2, y2] = [to.x - 5, to.y + box.height / 2];
  const bend = Math.max(gap.across / 2, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

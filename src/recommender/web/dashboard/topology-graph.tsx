/** A topology's graph as a drawing; the tables beside it say the same in words. */
import { kindOf, nameOf, type NodeRates, graphWords, rateWords } from './topology-words.ts';
import { box, layoutOf, type RunningTopology } from './topology-layout.ts';

interface TopologyGraphProps {
  readonly topology: RunningTopology;
  readonly rates: ReadonlyMap<string, NodeRates>;
}

const mostLetters = 19;

export function TopologyGraph({ topology, rates }: TopologyGraphProps) {
  const { width, height, nodes, arrows } = layoutOf(topology);
  const { reads } = topology;
  return (
    <div class="scroll graph" tabIndex={0} role="region" aria-label={`Graph of ${topology.name}`}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={graphWords(topology)}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0L6 3L0 6z" />
          </marker>
        </defs>
        {arrows.map(({ from, to, path }) => (
          <path key={`${from} ${to}`} class="arrow" d={path} marker-end="url(#arrow)" />
        ))}
        {nodes.map(({ id, x, y }) => (
          <g key={id} class={`node ${id.startsWith('step:') ? 'step' : 'place'}`} transform={`translate(${x} ${y})`}>
            <title>{`${nameOf(id)} (${kindOf(topology, id)})`}</title>
            <rect width={box.width} height={box.height} rx={id.startsWith('step:') ? 8 : 2} />
            <text x={10} y={18}>
              {shortened(nameOf(id))}
            </text>
            <text x={10} y={35} class="about">
              {[kindOf(topology, id), rateWords(rates.get(id), isRead(reads, id))].filter(Boolean).join(' · ')}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

const isRead = (reads: readonly string[], id: string): boolean => reads.some(stream => `stream:${stream}` === id);

const shortened = (name: string): string => (name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name);

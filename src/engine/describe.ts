/** The graph of an application as text, for people and terminals. For programs it is `descriptionOf`. */
import { deadLetters } from '../stream/dead-letter.ts';
import type { Graph, TopologyGraph } from './graph.ts';
import type { GraphNode } from './trail.ts';

/**
 * Topology by topology, each source and each step with what it flows into; `?` where that is not known.
 *
 *     count-sites (2 tasks)
 *       readings-by-site -> counts (keyed)
 *       counts (keyed) -> site-counts, documents sites
 */
export function describe(graph: Graph): string {
  const topologies = graph.topologies.map(topology => [headOf(topology), ...linesOf(topology)].join('\n  '));
  return [...topologies, `What cannot be processed goes to ${deadLetters.name}.`].join('\n\n');
}

function linesOf(topology: TopologyGraph): string[] {
  const { reads, steps, edges } = topology;
  const from = (node: GraphNode): string[] =>
    edges.filter(edge => edge.from === node).map(({ to }) => nodeName(topology, to));
  return [
    ...reads.map(read => arrow(`${read.stream}${howRead(read, text => ` (${text})`)}`, from(`stream:${read.stream}`))),
    ...steps.map(({ name }) => arrow(nodeName(topology, `step:${name}`), from(`step:${name}`))),
    ...unlinkedWrites(topology).map(stream => arrow('?', [stream])),
  ];
}

/** What a topology writes although no arrow leads to it: RxJS's own `merge` hides where values come from. */
export const unlinkedWrites = ({ writes, edges }: TopologyGraph): string[] =>
  writes.filter(stream => stream !== deadLetters.name && !edges.some(({ to }) => to === `stream:${stream}`));

export const headOf = ({ name, tasks }: TopologyGraph): string =>
  `${name} (${tasks} ${tasks === 1 ? 'task' : 'tasks'})`;

/** How a stream is read, where it is not simply partition by partition: for instance `all, up to versions`. */
export function howRead({ all, upTo }: TopologyGraph['reads'][number], wrap: (text: string) => string): string {
  const how = [...(all ? ['all'] : []), ...(upTo === null ? [] : [`up to ${upTo}`])];
  return how.length === 0 ? '' : wrap(how.join(', '));
}

/** What people call a node. A step has its kind with it, since a stream may have the same name. */
export function nodeName({ steps }: TopologyGraph, node: GraphNode): string {
  const name = node.slice(node.indexOf(':') + 1);
  if (node.startsWith('documents:')) return `documents ${name}`;
  if (node.startsWith('outside:')) return `outside ${name}`;
  if (!node.startsWith('step:')) return name;
  return `${name} (${steps.find(step => step.name === name)?.kind ?? '?'})`;
}

const arrow = (from: string, to: readonly string[]): string => (to.length === 0 ? from : `${from} -> ${to.join(', ')}`);

/** What the view of topologies says of nodes and tasks, of two answers one after the other: pure. */
import type { RunningTopologies } from '../../api/client/client.ts';
import { ago, rate } from './format.ts';
import type { RunningTopology } from './topology-layout.ts';

type RunningTask = RunningTopology['tasks'][number];

/** Of a node; null where nobody knows: there is no engine here, or only one answer yet. */
export interface NodeRates {
  readonly in: number | null;
  readonly out: number | null;
}

/** A number of a task or node goes back where its task begins anew: then the rate is that since it did. */
const perSecond = (now: number, before: number, seconds: number): number =>
  (now >= before ? now - before : now) / seconds;

/** Values a second by node, between two answers. */
export function ratesOf(
  name: string,
  now: RunningTopologies,
  before: RunningTopologies | undefined,
): ReadonlyMap<string, NodeRates> {
  const [after, earlier] = [topologyIn(now, name), before && topologyIn(before, name)];
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  const was = new Map(earlier?.nodes.map(node => [node.node, node]));
  return new Map(
    after?.nodes.map(node => {
      const known = was.get(node.node) ?? { in: 0, out: 0 };
      const of = (what: 'in' | 'out'): number | null =>
        seconds > 0 ? perSecond(node[what], known[what], seconds) : null;
      return [node.node, { in: of('in'), out: of('out') }];
    }),
  );
}

export const topologyIn = ({ topologies }: RunningTopologies, name: string): RunningTopology | undefined =>
  topologies.find(topology => topology.name === name);

/** Records a second of a task, between two answers. */
export function taskRate(
  task: RunningTask,
  now: RunningTopologies,
  before: RunningTopologies | undefined,
): number | null {
  const earlier = before?.topologies.flatMap(({ tasks }) => tasks).find(known => known.task === task.task);
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  if (task.records === null || earlier?.records === null || earlier === undefined || seconds <= 0) return null;
  return perSecond(task.records, earlier.records, seconds);
}

export const kindOf = ({ steps }: RunningTopology, id: string): string => {
  if (id.startsWith('step:')) return steps.find(({ name }) => `step:${name}` === id)?.kind ?? 'step';
  return id.includes(':') ? id.slice(0, id.indexOf(':')) : 'dead letters';
};

export const nameOf = (id: string): string => (id.includes(':') ? id.slice(id.indexOf(':') + 1) : id);

/** Of what it gives, else of what comes to it: a sink gives nothing. */
export function rateWords(rates: NodeRates | undefined, reads: boolean): string {
  const value = reads ? rates?.out : rates?.in;
  return value === null || value === undefined ? '' : `${rate(value)}/s`;
}

export function stateOf({ here, waiting, lastEpochAt }: RunningTask, at: number): string {
  if (!here) return 'not in this process';
  if (waiting !== null) return `waits for ${waiting}`;
  return lastEpochAt === null ? 'no epoch yet' : `epoch ${ago(Math.max(0, at - lastEpochAt))}`;
}

/** In one sentence, for who cannot see the graph. */
export function graphWords(topology: RunningTopology): string {
  const { name, reads, steps, edges } = topology;
  const ends = [...new Set(edges.map(({ to }) => to))].filter(id => !edges.some(({ from }) => from === id));
  const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));
  return `${name} reads ${list(reads)}, has the steps ${list(steps.map(step => step.name))} and writes ${list(ends.map(nameOf))}.`;
}

/** When what was in the log at the start has gone through all topologies. */
import type { Ports } from '../app/compose.ts';
import type { EngineThread } from '../app/engine-thread.ts';
import type { Graph } from '../engine/graph.ts';
import { type Lag, lagOf } from '../operations/lag.ts';

const lookEveryMs = 50;
/** A value that is on its way is seen as a reader behind; between two topologies it can hide from one look, not from two. */
const calmLooks = 3;

export interface CatchingUp {
  readonly ports: Pick<Ports, 'transport' | 'clock'>;
  readonly graph: Graph;
  readonly thread?: Pick<EngineThread, 'tasks'>;
  /** Names of the topologies that are to catch up; all where absent. */
  readonly topologies?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Resolves once every reader stands where its log ended at the look before, look after look: then only what came since
 * is on its way. Nobody waits for the log to stand still, which markers and a live stream never let it do.
 */
export async function untilCaughtUp({ ports, graph, thread, topologies, signal }: CatchingUp): Promise<void> {
  const clocked = clockedInputs(graph);
  let ends = new Map<string, number>();
  for (let calm = 0; calm < calmLooks && !signal.aborted;) {
    const all = await lagOf(graph, ports.transport, thread?.tasks);
    const rows = all.filter(({ topology }) => topologies?.includes(topology) ?? true);
    const behind = rows.some(row => !clocked.has(nameOf(row)) && row.committed < (ends.get(placeOf(row)) ?? Infinity));
    calm = behind ? 0 : calm + 1;
    ends = new Map(rows.map(row => [placeOf(row), row.end]));
    if (calm < calmLooks) await ports.clock.sleep(lookEveryMs, signal);
  }
}

/** A clocked input is read as far as its clock says: behind it may stay for ever. */
export const clockedInputs = ({ topologies }: Graph): ReadonlySet<string> =>
  new Set(
    topologies.flatMap(({ name, reads }) =>
      reads.flatMap(({ stream, upTo }) => (upTo === null ? [] : [nameOf({ topology: name, topic: stream })])),
    ),
  );

/** How `clockedInputs` calls the input of a topology. */
export const nameOf = ({ topology, topic }: Pick<Lag, 'topology' | 'topic'>): string => `${topology} ${topic}`;
const placeOf = (row: Lag): string => `${nameOf(row)} ${row.partition}`;

/** What the live figures are made of: with an engine in this process, and without. */
import type { Graph } from '../engine/graph.ts';
import { lagOf, readFromOutside } from '../operations/lag.ts';
import type { LiveFigures, LiveSource } from '../recommender/api/live/source.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import type { Transport } from '../transport/port.ts';
import type { EngineThread } from './engine-thread.ts';

/** The topology whose commit makes a list that a user sees. */
const lists = 'recommend';

/** For a process that serves what others work out: what the log tells, null where it cannot. */
export const logSource = (transport: Transport, graph: Graph): LiveSource => ({
  sample: () => figuresOf(transport, graph),
});

/** For a process with an engine: what its tasks do, and beside it what the log tells. */
export const engineSource = (
  transport: Transport,
  graph: Graph,
  thread: Pick<EngineThread, 'tasks' | 'freshness'>,
): LiveSource => ({
  sample: async () => ({
    ...(await figuresOf(transport, graph, thread.tasks)),
    epochs: thread.tasks.reduce((sum, { epochs }) => sum + epochs, 0),
    waiting: thread.tasks.find(({ waiting }) => waiting !== null)?.waiting ?? null,
    freshness: freshnessOf(thread),
  }),
});

async function figuresOf(
  transport: Transport,
  graph: Graph,
  tasks?: Pick<EngineThread, 'tasks'>['tasks'],
): Promise<LiveFigures> {
  const rows = await lagOf(graph, transport, tasks);
  return {
    records: readFromOutside(rows, graph),
    lag: rows.reduce((sum, { behind }) => sum + behind, 0),
    epochs: null,
    deadLetters: await deadLettersIn(transport),
    waiting: null,
    freshness: null,
  };
}

/** Nobody reads the dead letters, so there are no markers among them; one that was written twice counts twice. */
async function deadLettersIn(transport: Transport): Promise<number> {
  const topic = (await transport.topics()).find(({ topic: name }) => name === deadLetters.name);
  let letters = 0;
  for (let partition = 0; partition < (topic?.partitions ?? 0); partition++)
    letters += (await transport.bounds({ topic: deadLetters.name, partition })).end;
  return letters;
}

function freshnessOf({ freshness }: Pick<EngineThread, 'freshness'>): LiveFigures['freshness'] {
  const found = freshness.find(({ topology }) => topology === lists);
  return found === undefined ? null : { p50: found.p50, p99: found.p99, count: found.count };
}

/** What the live figures are made of: with an engine in this process, and without. */
import type { Graph } from '../engine/graph.ts';
import { EventTimes } from '../operations/event-times.ts';
import { lagOf, readFromOutside } from '../operations/lag.ts';
import { type LogEnds, lookAt } from '../operations/log-look.ts';
import { lagByTask, longestOf, type TaskLag, type TaskLagSum, taskLagsOf } from '../operations/task-lag.ts';
import { ordersLag } from '../recommender/orders/lag.ts';
import type { LiveFigures, LiveSource } from '../recommender/api/live/source.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Transport } from '../transport/port.ts';
import type { Ports } from './compose.ts';
import type { EngineThread } from './engine-thread.ts';

/** The topology whose commit makes a list that a user sees. */
const lists = 'recommend';

/** Tasks that the live panel names. */
const mostTasks = 20;

/** What the figures are read from. */
export interface Watched {
  readonly transport: Transport;
  readonly registry: Pick<SchemaRegistry, 'find'>;
  readonly graph: Graph;
  /** Where orders come from; absent where the application has none. */
  readonly orders?: Pick<Ports, 'documents' | 'clock'>;
}

/** For a process that serves what others work out: what the log tells, null where it cannot. */
export function logSource(watched: Watched): LiveSource {
  const times = new EventTimes(watched);
  return { sample: () => figuresOf(watched, times) };
}

/** For a process with an engine: what its tasks do, and beside it what the log tells. */
export function engineSource(watched: Watched, thread: Pick<EngineThread, 'tasks' | 'freshness'>): LiveSource {
  const times = new EventTimes(watched);
  return {
    sample: async () => ({
      ...(await figuresOf(watched, times, thread.tasks)),
      epochs: thread.tasks.reduce((sum, { epochs }) => sum + epochs, 0),
      waiting: thread.tasks.find(({ waiting }) => waiting !== null)?.waiting ?? null,
      freshness: freshnessOf(thread),
    }),
  };
}

/** How far the tasks of the engine of this process are behind: those that run here, and none that it only stands by for. */
export function engineLags(watched: Watched, thread: Pick<EngineThread, 'tasks' | 'held'>): () => Promise<TaskLag[]> {
  const times = new EventTimes(watched);
  return () => taskLagsOf({ ...watched, times, tasks: thread.tasks, about: task => thread.held.has(task) });
}

async function figuresOf(
  watched: Watched,
  times: EventTimes,
  tasks: Pick<EngineThread, 'tasks'>['tasks'] = [],
): Promise<LiveFigures> {
  const { graph } = watched;
  const transport = lookAt(watched.transport);
  const rows = await lagOf(graph, transport, tasks);
  const lags = await taskLagsOf({ graph, transport, times, tasks });
  const orders = await ordersSum(watched);
  return {
    records: readFromOutside(rows, graph),
    lag: rows.reduce((sum, { behind }) => sum + behind, orders?.behind ?? 0),
    lagMs: longer(longestOf(lags), orders?.behindMs),
    tasks: [...(orders === undefined ? [] : [orders]), ...lagByTask(lags, mostTasks)],
    epochs: null,
    deadLetters: await deadLettersIn(transport),
    waiting: null,
    freshness: null,
  };
}

/** Orders that a look each second counts. */
const mostOrders = 200;

/** All ranges of the feed as one more task; undefined where no order was ever met. */
async function ordersSum({ orders }: Watched): Promise<TaskLagSum | undefined> {
  if (orders === undefined) return undefined;
  const lags = await ordersLag(orders, mostOrders);
  if (lags.every(({ behind, hasBegun }) => behind === 0 && !hasBegun)) return undefined;
  const late = lags.filter(({ behind }) => behind > 0).map(({ behindMs }) => behindMs);
  const known = late.flatMap(ms => ms ?? []);
  const behindMs = late.length === 0 ? 0 : known.length === 0 ? null : Math.max(...known);
  return { task: 'orders', behind: lags.reduce((sum, { behind }) => sum + behind, 0), behindMs };
}

const longer = (a: number | null, b: number | null | undefined): number | null =>
  a === null || b === null ? null : Math.max(a, b ?? 0);

/** Nobody reads the dead letters, so there are no markers among them; one that was written twice counts twice. */
async function deadLettersIn(transport: LogEnds): Promise<number> {
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

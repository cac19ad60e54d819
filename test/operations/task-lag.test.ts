/** How far tasks are behind: in records, and in event time. */
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import type { TopicPartition } from '../../src/transport/port.ts';
import { BatchBuilder, Kind } from '../../src/transport/record.ts';
import { EventTimes } from '../../src/operations/event-times.ts';
import { registerTaskLag } from '../../src/operations/metrics.ts';
import { lagByTask, longestOf, type TaskLag, type TaskLagOptions, taskLagsOf } from '../../src/operations/task-lag.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { intake } from '../../topologies/intake.ts';
import { recommend } from '../../topologies/recommend.ts';
import { ratings } from '../../topologies/streams.ts';
import { trends } from '../../topologies/trends.ts';
import { rating, start } from '../topologies/events.ts';
import { World } from '../support/world.ts';

async function worldOf(partitions = 1): Promise<World> {
  const world = await World.of([intake, trends, recommend], { partitions });
  onTestFinished(async () => {
    await world.documents.close();
    await world.transport.close();
  });
  world.clock.time = start;
  return world;
}

const lagsIn = ({ graph, transport, registry }: World, more: Partial<TaskLagOptions> = {}): Promise<TaskLag[]> =>
  taskLagsOf({ graph, transport, times: new EventTimes({ graph, transport, registry }), ...more });

const of = (lags: readonly TaskLag[], task: string, topic = 'ratings'): TaskLag | undefined =>
  lags.find(lag => lag.task === task && lag.topic === topic);

const at = (minutes: number) => rating({ eventId: `e${minutes}`, time: start + minutes * 60_000 });
const minute_ms = 60_000;

/** A marker, as a task writes one that has nothing else to say. */
function marker(world: World, producer: string, sequence: number, watermark: number): Promise<unknown> {
  const builder = new BatchBuilder({ name: producer, lineage: 0, epoch: 1 }, sequence);
  builder.add({ kind: Kind.marker, watermark, origin: 0, key: '', trace: '' }, (_, end) => end);
  return world.transport.append([{ topic: 'ratings-by-item', partition: 0, batches: builder.take() }]);
}

test('a task that has never run is behind by all there is, and has reached no event time', async () => {
  const world = await worldOf();
  await world.send(ratings, at(0), at(5));
  expect(of(await lagsIn(world), 'intake/0')).toEqual({
    task: 'intake/0',
    topology: 'intake',
    topic: 'ratings',
    partition: 0,
    end: 2,
    committed: null,
    behind: 2,
    behindMs: null,
    clockedBy: null,
  });
});

test('a task that has read all is behind by nothing; one that has not, by the event time from there to the newest', async () => {
  const world = await worldOf();
  await world.send(ratings, at(0), at(5));
  await world.transport.commit('intake', [{ topic: 'ratings', partition: 0, offset: 2 }]);
  expect(of(await lagsIn(world), 'intake/0')).toMatchObject({ behind: 0, behindMs: 0 });
  await world.send(ratings, at(65));
  expect(of(await lagsIn(world), 'intake/0')).toMatchObject({ committed: 2, behind: 1, behindMs: 60 * minute_ms });
  await world.send(ratings, at(64));
  expect(of(await lagsIn(world), 'intake/0')).toMatchObject({ behind: 2, behindMs: 60 * minute_ms });
});

test('what is no value takes no part: markers, broken bytes, values that their stream refuses', async () => {
  const world = await worldOf();
  await world.send(ratings, at(0));
  await appendFromOutside(world.transport, 'ratings', [recordOfBytes('u', Buffer.from('broken'))], start);
  await world.transport.commit('intake', [{ topic: 'ratings', partition: 0, offset: 2 }]);
  await world.send(ratings, at(10), rating({ eventId: 'late', time: start + 1e12 }));
  expect(of(await lagsIn(world), 'intake/0')).toMatchObject({ behind: 2, behindMs: 10 * minute_ms });
  for (let n = 0; n < 30; n++) await marker(world, 'intake/0', n, start);
  await world.transport.commit('trends', [{ topic: 'ratings-by-item', partition: 0, offset: 20 }]);
  expect(of(await lagsIn(world), 'trends/0', 'ratings-by-item')).toMatchObject({ behind: 10, behindMs: null });
});

test('values a long way back are found behind many markers, and nobody looks further than that', async () => {
  const world = await worldOf();
  await world.send(ratings, at(0), at(7));
  await world.drain();
  const { end } = await world.transport.bounds({ topic: 'ratings-by-item', partition: 0 });
  for (let n = 0; n < 400; n++) await marker(world, 'intake/0', 1_000 + n, start);
  const times = new EventTimes(world);
  const place = { topic: 'ratings-by-item', partition: 0 };
  expect(await times.before(place, end + 400, 0)).toBe(start + 7 * minute_ms);
  for (let n = 400; n < 600; n++) await marker(world, 'intake/0', 1_000 + n, start);
  expect(await times.before(place, end + 600, 0)).toBeNull();
});

test('records that retention has removed leave the event time unknown', async () => {
  const world = await World.of([intake]);
  const moved = { start: 5, end: 9 };
  const transport = {
    topics: () => world.transport.topics(),
    committed: async () => [{ topic: 'ratings', partition: 0, offset: 3 }],
    bounds: async () => moved,
    read: () => Promise.reject(new Error('nothing of it is to be read')),
  };
  const times = { before: async (_: unknown, offset: number) => (offset <= moved.start ? null : start) };
  expect(of(await taskLagsOf({ graph: world.graph, transport, times }), 'intake/0')).toMatchObject({
    committed: 3,
    behind: 4,
    behindMs: null,
  });
});

test('the log is asked once for what several tasks read', async () => {
  const world = await worldOf();
  await world.send(ratings, at(0));
  const asked: string[] = [];
  const transport = {
    topics: () => world.transport.topics(),
    committed: (group: string) => world.transport.committed(group),
    bounds: (place: TopicPartition) => {
      asked.push(`${place.topic}/${place.partition}`);
      return world.transport.bounds(place);
    },
  };
  expect((await lagsIn(world, { transport })).filter(({ topic }) => topic === 'ratings')).toHaveLength(2);
  expect(asked).toEqual([...new Set(asked)]);
});

test('each task has its own partition, and each of them all of what all of them read', async () => {
  const world = await worldOf(2);
  const lags = await lagsIn(world);
  expect(lags.filter(({ topic }) => topic === 'ratings').map(({ task, partition }) => `${task} ${partition}`)).toEqual([
    'intake/0 0',
    'intake/1 1',
    'recommend/0 0',
    'recommend/1 1',
  ]);
  expect(lags.filter(({ topic, task }) => topic === 'item-vectors' && task === 'recommend/0')).toHaveLength(2);
});

test('an input that another one clocks has no lag in time: how far it is read is not for its task to say', async () => {
  const world = await worldOf();
  await world.transport.commit('recommend', [{ topic: 'ratings', partition: 0, offset: 0 }]);
  await world.send(ratings, at(0));
  const clocked = world.graph.topologies
    .find(({ name }) => name === 'recommend')
    ?.reads.filter(({ upTo }) => upTo !== null);
  expect(clocked?.map(({ stream }) => stream)).toContain('ratings');
  expect(of(await lagsIn(world), 'recommend/0')).toMatchObject({
    behind: 1,
    behindMs: null,
    clockedBy: 'model-versions',
  });
});

test('the tasks of a process know where they stand before it is committed', async () => {
  const world = await worldOf();
  const observer = new StatsObserver(world.clock);
  world.observer = observer;
  await world.send(ratings, at(0), at(5));
  await world.drain();
  await world.send(ratings, at(20));
  await world.transport.commit('intake', [{ topic: 'ratings', partition: 0, offset: 1 }]);
  const [known, told] = [await lagsIn(world, { tasks: observer.all() }), await lagsIn(world)];
  expect(of(known, 'intake/0')).toMatchObject({ committed: 2, behind: 1, behindMs: 15 * minute_ms });
  expect(of(told, 'intake/0')).toMatchObject({ committed: 1, behind: 2, behindMs: 20 * minute_ms });
  const mine = await lagsIn(world, { tasks: observer.all(), about: task => task === 'intake/0' });
  expect(new Set(mine.map(({ task }) => task))).toEqual(new Set(['intake/0']));
});

test('a task is as far behind as its inputs together, and as late as the latest that can say', () => {
  const row = { topology: 'a', topic: 't', partition: 0, end: 9, committed: 0, clockedBy: null };
  const lags: TaskLag[] = [
    { ...row, task: 'a/0', behind: 1, behindMs: 500 },
    { ...row, task: 'a/0', behind: 2, behindMs: null },
    { ...row, task: 'a/1', behind: 5, behindMs: null },
    { ...row, task: 'a/1', behind: 0, behindMs: 0 },
    { ...row, task: 'a/2', behind: 0, behindMs: 0 },
    { ...row, task: 'a/3', behind: 1, behindMs: null, clockedBy: 'c' },
    { ...row, task: 'a/4', behind: 1, behindMs: null, clockedBy: 'c', committed: null },
  ];
  expect(lagByTask(lags, 4)).toEqual([
    { task: 'a/1', behind: 5, behindMs: null },
    { task: 'a/0', behind: 3, behindMs: 500 },
    { task: 'a/3', behind: 1, behindMs: 0 },
    { task: 'a/4', behind: 1, behindMs: null },
  ]);
  expect([longestOf(lags), longestOf([]), longestOf(lags.slice(2, 3))]).toEqual([500, 0, null]);
});

test('the metrics are those of the tasks of the process, and none where the log is away', async () => {
  const registry = new Registry();
  const row = { task: 'a/0', topology: 'a', topic: 't', partition: 1, end: 9, clockedBy: null };
  let answer: () => Promise<TaskLag[]> = async () => [
    { ...row, committed: 4, behind: 5, behindMs: 1_500 },
    { ...row, partition: 2, committed: null, behind: 9, behindMs: null },
  ];
  let asked = 0;
  registerTaskLag(registry, () => {
    asked++;
    return answer();
  });
  const text = await registry.metrics();
  const labels = (partition: number): string => `{task="a/0",topology="a",topic="t",partition="${partition}"}`;
  expect(text.split('\n').filter(line => line.startsWith('millrace'))).toEqual([
    `millrace_task_lag_records${labels(1)} 5`,
    `millrace_task_lag_records${labels(2)} 9`,
    `millrace_task_lag_seconds${labels(1)} 1.5`,
  ]);
  expect(asked).toBe(1);
  answer = () => Promise.reject(new Unavailable('The log is away', 'Wait'));
  expect(await registry.metrics()).not.toMatch(/^millrace/m);
  answer = () => Promise.reject(new Error('a bug'));
  await expect(registry.metrics()).rejects.toThrow('a bug');
});

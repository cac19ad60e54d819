import { expect, test } from 'vitest';
import { type Lag, lagOf, readFromOutside } from '../../src/operations/lag.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { listsHash } from '../../src/cli/outcome.ts';
import { progressLine } from '../../src/cli/progress.ts';
import { Graph } from '../../src/engine/graph.ts';
import type { Recommendation } from '../../schemas/types.ts';
import { topologies } from '../../topologies/index.ts';

const list = (change: Partial<Recommendation>): Recommendation => ({
  userId: 'ann',
  reason: 'popular',
  policy: 'live',
  generation: 0,
  number: 1,
  time: 0,
  margin: 0,
  items: [{ itemId: 'heat', score: 1, reason: 'popular' }],
  ...change,
});

test('records from outside count once, however many topologies read them', () => {
  const graph = new Graph(topologies, new Map([...Graph.streamsOf(topologies)].map(topic => [topic, 1])));
  const row = (topology: string, topic: string, committed: number): Lag => {
    return { topology, topic, partition: 0, end: 9, committed, behind: 9 - committed };
  };
  const rows = [row('intake', 'ratings', 7), row('train', 'ratings', 5), row('trends', 'ratings-by-item', 4)];
  expect(readFromOutside(rows, graph)).toBe(7);
});

test('a process that runs the tasks knows where they stand before it is committed, as far as the last of them', async () => {
  const transport = openEmbeddedLog({ path: ':memory:' });
  for (const topic of Graph.streamsOf(topologies)) await transport.createTopic(topic, { partitions: 1 });
  const graph = new Graph(topologies, new Map([...Graph.streamsOf(topologies)].map(topic => [topic, 1])));
  const three = [7, 8, 9].map(key => recordOfBytes(String(key), Buffer.from('x')));
  await appendFromOutside(transport, 'ratings', three, 0);
  const at = (offset: number) => [{ topic: 'ratings', partition: 0, offset }];
  const tasks = [
    { topology: 'train', positions: at(3) },
    { topology: 'train', positions: at(2) },
  ];
  const behind = async (of: string, known?: typeof tasks) =>
    (await lagOf(graph, transport, known)).find(({ topology, topic }) => topology === of && topic === 'ratings')
      ?.behind;
  expect([await behind('train'), await behind('train', tasks), await behind('intake', tasks)]).toEqual([3, 1, 3]);
  await transport.commit('train', at(1));
  expect([await behind('train'), await behind('train', tasks)]).toEqual([2, 1]);
  await transport.close();
});

test('the hash of lists is that of the last list of each user, in whichever order users come', async () => {
  const [ann, bob] = [list({}), list({ userId: 'bob' })];
  const hash = await listsHash([ann, bob]);
  expect(await listsHash([list({ number: 0 }), bob, ann])).toBe(hash);
  expect(await listsHash([list({ time: 5, margin: 2 }), bob])).toBe(hash);
  expect(await listsHash([ann])).not.toBe(hash);
  expect(await listsHash([list({ number: 2 }), bob])).not.toBe(hash);
  expect(await listsHash([list({ items: [{ itemId: 'heat', score: 2, reason: 'popular' }] }), bob])).not.toBe(hash);
});

test('the progress line says what a task waits for', () => {
  const task = {
    task: 'a/0',
    topology: 'a',
    epochs: 2,
    records: 10,
    late: 0,
    deadLetters: 1,
    waits: 1,
    lastEpochAt: 1,
    calls: [],
    positions: [],
  };
  const line = progressLine([{ ...task, waiting: 'read:\nlocked', watermark: 0 }], {
    perSecond: 5,
    model: '0.9000 stars',
  });
  expect(line).toBe(
    '10 records in all tasks, 5 records/s, 2 epochs, 1 dead letters, event time 1970-01-01T00:00:00.000Z, prequential error 0.9000 stars, waiting: read: | locked',
  );
});

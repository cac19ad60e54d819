import { expect, test } from 'vitest';
import { type Lag, readFromOutside } from '../../src/operations/lag.ts';
import { listsHash } from '../../src/cli/outcome.ts';
import { progressLine } from '../../src/cli/progress.ts';
import { Graph } from '../../src/engine/graph.ts';
import type { Recommendation } from '../../schemas/types.ts';
import { topologies } from '../../topologies/index.ts';

const list = (change: Partial<Recommendation>): Recommendation => ({
  userId: 'ann',
  reason: 'popular',
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
  };
  const line = progressLine([{ ...task, waiting: 'read: locked', watermark: 0 }], 5);
  expect(line).toBe(
    '10 records in all tasks, 5 records/s, 2 epochs, 1 dead letters, event time 1970-01-01T00:00:00.000Z, waiting: read: locked',
  );
});

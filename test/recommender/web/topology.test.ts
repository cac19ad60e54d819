import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutOf, type RunningTopology } from '../../../src/recommender/web/dashboard/topology-layout.ts';
import {
  graphWords,
  kindOf,
  ratesOf,
  rateWords,
  stateOf,
  taskRate,
} from '../../../src/recommender/web/dashboard/topology-words.ts';

const task = (change: Partial<RunningTopology['tasks'][number]> = {}): RunningTopology['tasks'][number] => ({
  task: 'trends/0',
  here: true,
  epochs: 1,
  records: 10,
  watermark: 0,
  lastEpochAt: 1_000,
  waiting: null,
  behind: 0,
  behindMs: 0,
  ...change,
});

const node = (id: string, came: number, out: number): RunningTopology['nodes'][number] => ({
  node: id,
  in: came,
  out,
  late: 0,
  errors: 0,
  mean_ms: null,
  ends_ms: 0,
});

const trends: RunningTopology = {
  name: 'trends',
  reads: ['ratings'],
  steps: [{ name: 'hourly', kind: 'windowed' }],
  edges: [
    { from: 'stream:ratings', to: 'step:hourly' },
    { from: 'step:hourly', to: 'stream:item-trends' },
    { from: 'step:hourly', to: 'late' },
  ],
  nodes: [node('stream:ratings', 0, 10), node('step:hourly', 10, 4)],
  tasks: [task()],
};
const at = (ms: number, topology: RunningTopology) => ({ at: ms, topologies: [topology] });

test('what flows goes from left to right, and nothing lies on anything', () => {
  const { nodes, arrows, width, height } = layoutOf(trends);
  const place = (id: string) => nodes.find(found => found.id === id) ?? { x: NaN, y: NaN };
  expect(place('stream:ratings').x).toBeLessThan(place('step:hourly').x);
  expect(place('step:hourly').x).toBeLessThan(place('late').x);
  expect(place('late').x).toBe(place('stream:item-trends').x);
  expect(place('late').y).not.toBe(place('stream:item-trends').y);
  expect(arrows).toHaveLength(3);
  for (const { x, y } of nodes) expect([x >= 0 && x < width, y >= 0 && y < height]).toEqual([true, true]);
});

test('any graph is laid out: each node once, every arrow to the right where there are no circles', () => {
  const size = 8;
  const pair = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 20 }), fc.boolean(), (pairs, isAcyclic) => {
      const edges = pairs
        .filter(([a, b]) => (isAcyclic ? a < b : a !== b))
        .map(([a, b]) => ({ from: `step:${a}`, to: `step:${b}` }));
      const steps = Array.from({ length: size }, (_, n) => ({ name: String(n), kind: 'keyed' }));
      const { nodes } = layoutOf({ ...trends, reads: [], steps, edges });
      expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(size);
      const x = new Map(nodes.map(placed => [placed.id, placed.x]));
      const backwards = edges.filter(({ from, to }) => (x.get(from) ?? 0) >= (x.get(to) ?? 0));
      expect(isAcyclic ? backwards : []).toEqual([]);
    }),
  );
});

test('rates are of two answers; what began anew in between counts from there', () => {
  const later = { ...trends, nodes: [node('stream:ratings', 0, 30), node('step:hourly', 6, 4)] };
  const rates = ratesOf('trends', at(2_000, later), at(0, trends));
  expect(rates.get('stream:ratings')).toEqual({ in: 0, out: 10 });
  expect(rates.get('step:hourly')).toEqual({ in: 3, out: 0 });
  expect(ratesOf('trends', at(2_000, later), undefined).get('step:hourly')).toEqual({ in: null, out: null });
  expect([rateWords(rates.get('stream:ratings'), true), rateWords(undefined, false)]).toEqual(['10/s', '']);
  const moved = task({ records: 30 });
  expect(taskRate(moved, at(2_000, trends), at(0, trends))).toBe(10);
  expect(taskRate(task({ records: null }), at(2_000, trends), at(0, trends))).toBeNull();
  expect(taskRate(moved, at(2_000, trends), undefined)).toBeNull();
});

test('tasks say where they are and what they wait for', () => {
  expect([
    stateOf(task({ here: false }), 0),
    stateOf(task({ waiting: 'flush: away' }), 0),
    stateOf(task({ lastEpochAt: null }), 0),
    stateOf(task(), 4_000),
  ]).toEqual(['not in this process', 'waits for flush: away', 'no epoch yet', 'epoch 3 s ago']);
});

test('the graph can be heard', () => {
  expect(graphWords(trends)).toBe('trends reads ratings, has the steps hourly and writes item-trends, late.');
  expect(['stream:ratings', 'step:hourly', 'documents:items', 'late'].map(id => kindOf(trends, id))).toEqual([
    'stream',
    'windowed',
    'documents',
    'dead letters',
  ]);
});

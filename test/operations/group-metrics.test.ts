import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerGroupMetrics } from '../../src/operations/group-metrics.ts';
import { GroupCounts } from '../../src/operations/group-stats.ts';

test('joins are told by reason, and tasks as the newest assignment has them', async () => {
  const counts = new GroupCounts();
  const registry = new Registry();
  registerGroupMetrics(registry, () => counts.all());
  counts.joining('tally', 'start');
  counts.assigned('tally', {
    run: [0, 1, 2, 3],
    standby: [],
    refused: null,
    waits: null,
    heldBack: false,
    awaited: false,
  });
  counts.joining('tally', 'REBALANCE_IN_PROGRESS');
  counts.joining('tally', 'REBALANCE_IN_PROGRESS');
  counts.assigned('tally', { run: [0, 2], standby: [1], refused: null, waits: null, heldBack: false, awaited: false });
  const lines = (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual([
    'millrace_group_tasks{topology="tally",role="run"} 2',
    'millrace_group_tasks{topology="tally",role="standby"} 1',
    'millrace_group_waiting{topology="tally"} 0',
    'millrace_group_assignments_total{topology="tally"} 2',
    'millrace_group_joins_total{topology="tally",reason="start"} 1',
    'millrace_group_joins_total{topology="tally",reason="REBALANCE_IN_PROGRESS"} 2',
  ]);
});

test('who waits for another release says so until it runs tasks', async () => {
  const counts = new GroupCounts();
  const registry = new Registry();
  registerGroupMetrics(registry, () => counts.all());
  const told = { run: [], standby: [], refused: null };
  const waiting = async (): Promise<unknown> =>
    (await registry.getSingleMetric('millrace_group_waiting')?.get())?.values.map(({ value }) => value);
  counts.assigned('tally', { ...told, waits: 'release 1a2b3c runs its tasks, in b', heldBack: false, awaited: false });
  expect(await waiting()).toEqual([1]);
  expect(counts.all()[0]?.waits).toBe('release 1a2b3c runs its tasks, in b');
  counts.assigned('tally', { ...told, waits: null, heldBack: true, awaited: false });
  expect(await waiting()).toEqual([1]);
  expect(counts.all()[0]?.waits).toContain('still runs a topology that reads');
  counts.assigned('tally', { ...told, run: [1], waits: null, heldBack: false, awaited: false });
  expect(await waiting()).toEqual([0]);
});

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerLogTroubles } from '../../src/operations/log-metrics.ts';

test('what has gone wrong at the log is counted by reason, over all threads, whenever it is asked for', async () => {
  const registry = new Registry();
  const engine = new Map([['connection', 2]]);
  const server = new Map([
    ['connection', 1],
    ['throttled', 4],
  ]);
  registerLogTroubles(registry, () => [engine, server]);
  const counted = async () =>
    (await registry.getMetricsAsJSON())[0]?.values.map(({ labels, value }) => [labels['reason'], value]);
  expect(await counted()).toEqual([
    ['connection', 3],
    ['throttled', 4],
  ]);
  engine.set('connection', 5);
  expect(await counted()).toContainEqual(['connection', 6]);
});

/** What is told of metrics where some of them cannot be read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gauge, Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { registerDiskMetrics } from '../../src/operations/disk-metrics.ts';
import { silent } from '../../src/operations/logging/logger.ts';
import { registerReadCounter, registerReadGauge } from '../../src/operations/read-metrics.ts';
import { toldMetrics } from '../../src/operations/told-metrics.ts';

interface Said {
  readonly event: string;
  readonly of: unknown;
  readonly why: unknown;
}

function told() {
  const registry = new Registry();
  const said: Said[] = [];
  const logger = {
    log: ({ event }: { readonly event: string }, fields: { readonly of?: string } = {}, error?: unknown) => {
      said.push({ event, of: fields.of, why: error instanceof Error ? error.message : error });
    },
  };
  const metrics = toldMetrics(registry, logger);
  /** Samples alone. */
  const samples = async (): Promise<string[]> =>
    (await metrics.metrics()).split('\n').filter(line => line.startsWith('millrace_'));
  return { registry, said, samples };
}

const gauge = (name: string, value: () => number) =>
  ({ name, help: name, labelNames: [], values: () => [[{}, value()] as const] }) as const;

test('a metric that cannot be read takes nothing from the others, and is told as failing, and why', async () => {
  const { registry, said, samples } = told();
  let isBroken = true;
  registerReadGauge(
    registry,
    gauge('millrace_one', () => 1),
  );
  registerReadGauge(
    registry,
    gauge('millrace_two', () => {
      if (isBroken) throw new Error('a bug');
      return 2;
    }),
  );
  // What only grows is refused by the library where it is below 0.
  registerReadCounter(
    registry,
    gauge('millrace_three_total', () => -1),
  );
  registerReadGauge(
    registry,
    gauge('millrace_four', () => 4),
  );
  expect(await samples()).toEqual([
    'millrace_one 1',
    'millrace_four 4',
    'millrace_metrics_failures_total{metric="millrace_two"} 1',
    'millrace_metrics_failures_total{metric="millrace_three_total"} 1',
  ]);
  expect(said).toEqual([
    { event: 'metrics.failed', of: 'millrace_two', why: 'a bug' },
    { event: 'metrics.failed', of: 'millrace_three_total', why: expect.stringMatching(/.+/) },
  ]);
  isBroken = false;
  expect(await samples()).toEqual([
    'millrace_one 1',
    'millrace_two 2',
    'millrace_four 4',
    'millrace_metrics_failures_total{metric="millrace_two"} 1',
    'millrace_metrics_failures_total{metric="millrace_three_total"} 2',
  ]);
});

test('a file system that refuses to be asked hides nothing but itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-told-metrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'file'), '');
  const { registry, said, samples } = told();
  registerDiskMetrics(registry, [{ holds: 'data', path: join(folder, 'file', 'within') }]);
  registerReadGauge(
    registry,
    gauge('millrace_one', () => 1),
  );
  expect(await samples()).toContain('millrace_one 1');
  expect(said).toMatchObject([{ why: expect.stringMatching(/^ENOTDIR/) }, { why: expect.stringMatching(/^ENOTDIR/) }]);
});

test('what is told is laid out as the library does, all of it read in the same moment', async () => {
  const registry = new Registry();
  const asked: string[] = [];
  for (const name of ['one', 'two'])
    registry.registerMetric(new Gauge({ name, help: name, registers: [], collect: () => void asked.push(name) }));
  const metrics = toldMetrics(registry, silent);
  const reading = metrics.metrics();
  expect(asked).toEqual(['one', 'two']);
  expect(await reading).toBe(await registry.metrics());
  expect(metrics.contentType).toBe(registry.contentType);
});

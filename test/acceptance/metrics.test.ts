/** What Prometheus reads from a whole Millrace: well formed, and all that alerts ask for and the page of metrics names. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { alerts, metricsIn } from '../support/alerts.ts';
import { queriesOf } from '../support/dashboards.ts';
import { json, started, startedWith } from '../support/cli.ts';
import { lint, linter } from '../support/linters.ts';

const promtool = linter('promtool');
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-metrics-'));
});
afterEach(() => rmSync(data, { recursive: true }));

test('start tells every metric that alerts and dashboards ask Millrace for, and promtool finds them well formed', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '200');
  const start = started('start', '--data', data, '--generate', '0');
  const answer = await fetch(`${await start.address()}/metrics`);
  const text = await answer.text();
  expect(await start.stop('SIGTERM')).toMatchObject({ code: 0 });
  const told = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
  const asked = new Set([...alerts().map(({ expr }) => expr), ...queriesOf()].flatMap(metricsIn));
  const ours = [...asked].filter(name => !/^kube(?:let)?_/.test(name));
  expect(ours.length).toBeGreaterThan(25);
  expect(ours.filter(name => !told.has(name))).toEqual([]);
  const page = readFileSync(join(root, 'docs/METRICS.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` /gm)].map(([, name = '']) => name);
  expect(documented).toEqual([...told].filter(name => name.startsWith('millrace_')).sort());
  if (promtool === '') return;
  // It has advice about names as well, with exit code 3; what cannot be read ends with 1.
  const { status, said } = lint(promtool, ['check', 'metrics'], text);
  expect({ unreadable: status === 1, said }).toMatchObject({ unreadable: false });
});

test('of what alerts ask, run tells what happens in its tasks, and serve what only serve knows', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '200');
  const run = startedWith({ MILLRACE_WORKER_PORT: '0' }, 'run', '--data', data);
  const address = (): string | undefined => /^listening on (http:\S+)$/m.exec(run.stderrSoFar())?.[1];
  await expect.poll(address).toBeDefined();
  const worker = await (await fetch(`${address() ?? ''}/metrics`)).text();
  expect(await run.stop('SIGTERM')).toMatchObject({ code: 0 });
  const told = new Set([...worker.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
  const asked = new Set(alerts().flatMap(({ expr }) => metricsIn(expr)));
  const ours = [...asked].filter(name => !/^kube(?:let)?_/.test(name));
  expect(ours.filter(name => !told.has(name)).filter(name => !name.startsWith('millrace_model_'))).toEqual([]);
  expect(told).toContain('millrace_orders_dead_letters_total');
});

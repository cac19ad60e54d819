/** Processes that run while another namespace is switched in: they follow without a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { json, started } from '../support/cli.ts';

const History = z.object({ versions: z.array(z.unknown()) });
let data: string;
const at = (...words: string[]) => json(...words, '--data', data);

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-follow-'));
  await at('generate', '--count', '200', '--rate', '0');
  await at('run', '--until-caught-up');
  await at('generate', '--count', '200', '--rate', '0');
  await at('run', '--until-caught-up');
  // One backlog instead of two: other model versions than those that are live.
  await at('replay', '--into', 'once');
});
afterAll(() => rmSync(data, { recursive: true }));

/** How many versions the model has had, as it is served. */
async function served(address: string): Promise<number> {
  const answer = await fetch(`${address}/v2/models/history`);
  return History.parse(await answer.json()).versions.length;
}

const Lag = z.object({ lag: z.array(z.object({ topology: z.string(), behind: z.number() })) });

/** Records that a topology has yet to read. */
const behind = async (name: string): Promise<number> =>
  Lag.parse(await at('lag'))
    .lag.filter(({ topology }) => topology === name)
    .reduce((sum, row) => sum + row.behind, 0);

/** Waits until `look` answers what is wanted, for a minute at most. */
async function until<T>(look: () => Promise<T>, wanted: T): Promise<void> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    const found = await look();
    if (found === wanted) return;
    if (Date.now() > deadline) throw new Error(`It stayed at ${String(found)}`);
    await setTimeout(50);
  }
}

test('`serve` answers from the namespace that is switched in, and back', async () => {
  const { address, stop, child } = started('serve', '--data', data);
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await address();
  await until(() => served(url), 2);
  await at('replay', 'switch', 'once');
  await until(() => served(url), 1);
  await at('replay', 'switch', '--back');
  await until(() => served(url), 2);
  expect(await stop()).toMatchObject({ code: 0 });
});

test('`run` leaves its namespace in order, and runs the one that is switched in', async () => {
  const { stop, child, stderrSoFar } = started('run', '--data', data, '--json');
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = (event: string): boolean => stderrSoFar().includes(`"event":"${event}"`);
  await until(async () => said('engine.restored'), true);
  await at('replay', 'switch', 'once');
  await until(async () => said('namespace.switched'), true);
  await at('generate', '--count', '30', '--rate', '0');
  await until(() => behind('intake'), 0);
  const { code, stdout } = await stop();
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ stopped: true, records: 30 });
  expect(await at('run', '--until-caught-up')).toMatchObject({ records: 0, accepted: 430 });
  await at('replay', 'switch', '--back');
  // What was left goes on from where it stood.
  expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: 430 });
});

/** The state of tasks as an operator asks for it: real processes, one of which is killed and one of which is stale. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readings } from '../../examples/sensor-counts.ts';
import { openEmbedded } from '../../src/app/compose.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { json, millrace, started } from '../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadline_ms = 180_000;
const app = resolve(import.meta.dirname, '../../examples/sensor-counts.ts');

/** A process that runs one topology, with checkpoints of its own, and answers for its tasks. */
async function worker(topology: string, name: string) {
  const places = ['--data', join(folder, 'data'), '--state', join(folder, name), '--keys', join(folder, 'keys')];
  const run = started('run', topology, '--app', app, ...places, '--port', '0');
  const url = await vi.waitUntil(() => /listening on (http:\S+)/.exec(run.stderrSoFar())?.[1], {
    timeout: deadline_ms,
  });
  return { ...run, url };
}

async function keyOf(role: string): Promise<string> {
  const made = await json('keys', 'create', '--keys', join(folder, 'keys'), '--name', role, '--role', role);
  return String(made['key']);
}

async function asked(url: string, path: string, key?: string) {
  const answer = await fetch(`${url}/v2/state/${path}`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body, retryAfter: answer.headers.get('retry-after') };
}

/** Readings of the roof so many, and as many of the cellar; the topics have to be there. */
async function send(count: number): Promise<void> {
  await using ports = await openEmbedded(join(folder, 'data'));
  const of = (site: string, id: number) => recordOf(readings, { id, sensor: `${site}/1`, celsius: id, at: id });
  const records = Array.from({ length: count }, (_, id) => [of('roof', id), of('cellar', id)]).flat();
  await appendFromOutside(ports.transport, readings.name, records, Date.now());
}

test('any process answers for the task that one of them owns, none for one that it has lost, and nobody for one of the dead', async () => {
  const admin = await keyOf('admin');
  const service = await keyOf('service');
  const counting = await worker('count-sites', 'a');
  const sorting = await worker('by-site', 'b');
  await send(3);
  const roof = 'count-sites/counts/roof';
  const counted = async (url: string, path = roof) => {
    const { status, body } = await asked(url, path, admin);
    return status === 200 ? body : undefined;
  };

  // Both the owner and who does not own it; the value is that of a committed epoch.
  const three = { key: 'roof', step: 'counts', found: true, value: { count: 3, hottest: 2 } };
  const own = await vi.waitUntil(
    async () => {
      const answer = await asked(counting.url, roof, admin);
      return JSON.stringify(answer.body).includes('"count":3') ? answer.body : undefined;
    },
    { timeout: deadline_ms },
  );
  expect(own).toMatchObject(three);
  const forwarded = await vi.waitUntil(() => counted(sorting.url), { timeout: deadline_ms });
  expect(forwarded).toEqual(own);
  expect(await counted(sorting.url, 'count-sites/counts/attic')).toMatchObject({ found: false, value: null });

  // Who may ask; what there is to ask; and that nobody asks on what was asked on.
  expect(await asked(sorting.url, roof)).toMatchObject({ status: 401 });
  expect(await asked(sorting.url, roof, service)).toMatchObject({ status: 403 });
  expect(await asked(sorting.url, `${roof}?forwarded=true`, admin)).toMatchObject({
    status: 503,
    retryAfter: '1',
    body: { code: 'NOT_THE_OWNER' },
  });
  expect(await asked(sorting.url, 'count-sites/no-such/roof', admin)).toMatchObject({
    status: 404,
    body: { code: 'UNKNOWN_STATE' },
  });

  // The owner dies: nobody pretends to know better.
  await counting.stop('SIGKILL');
  expect(await asked(sorting.url, roof, admin)).toMatchObject({
    status: 503,
    retryAfter: '1',
    body: { code: 'NOT_THE_OWNER' },
  });
  const next = await worker('count-sites', 'c');
  const again = await vi.waitUntil(() => counted(sorting.url), { timeout: deadline_ms });
  expect(again).toMatchObject(three);

  // It is taken over while it has nothing to do, and so has not noticed: it asks on, and never answers itself.
  const last = await worker('count-sites', 'd');
  const fenceOf = (body: unknown): number => Number(Reflect.get(Object(body), 'fence'));
  // Until it owns the task, it asks on too.
  const newest = await vi.waitUntil(
    async () => {
      const answer = await counted(last.url);
      return fenceOf(answer) > fenceOf(again) ? answer : undefined;
    },
    { timeout: deadline_ms },
  );
  expect(newest).toMatchObject(three);
  expect(await asked(next.url, `${roof}?forwarded=true`, admin)).toMatchObject({ status: 503 });
  expect(await vi.waitUntil(() => counted(next.url), { timeout: deadline_ms })).toEqual(newest);
  for (const { stop } of [sorting, last]) expect((await stop('SIGTERM')).code).toBe(0);
  await next.stop('SIGKILL');

  // Where the readings of the roof went, told by the log and the journals they left.
  const flags = ['--app', app, '--data', join(folder, 'data')];
  const way = z.object({ records: z.array(z.object({ topic: z.string(), readBy: z.array(z.unknown()) })) });
  const { records } = way.parse(await json('trace', 'roof/1', ...flags));
  expect(records.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['readings', 'readings-by-site', 'site-counts']),
  );
  const { code, stdout } = await millrace('trace', 'roof/1', ...flags);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^readings\/\d@0 {2}key "roof\/1" {2}from outside .*\n {2}by-site\/\d {2}read in epoch 1 at /m,
  );
  expect(stdout).toMatch(/^readings-by-site\/\d@.* {2}found by its origin\n.* count-sites\/\d .*, on its way counts$/m);
});

/** A replay over what retention has removed and Event Hubs Capture has kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { millrace, millraceWith } from '../support/cli.ts';
import { captureTopic, writeCapture } from '../support/capture.ts';

const films = 800;
const retention = { MILLRACE_RETENTION_DAYS: '1' };
let folder: string;
let data: string;
let captured: string;

async function json(...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await millraceWith(retention, ...words, '--json', '--data', data);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const result: Record<string, unknown> = JSON.parse(stdout);
  return result;
}

/** What was live before retention removed anything. */
let whole: Record<string, unknown>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-captured-'));
  [data, captured] = [join(folder, 'data'), join(folder, 'captured')];
  await json('generate', '--count', '400', '--rate', '0');
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
  for (const topic of ['ratings', 'items']) await captureTopic(captured, ports.transport, topic);
  await ports.transport.applyRetention(Date.now() + 2 * 86_400_000);
  await json('generate', '--count', '100', '--rate', '0');
});
afterAll(() => rmSync(folder, { recursive: true }));

const modelOf = ({ accepted, modelHash, recommendationsHash }: Record<string, unknown>) => {
  return { accepted, modelHash, recommendationsHash };
};

test('a dry run says what is gone and what was captured', async () => {
  const without = await json('replay', '--into', 'dry', '--dry-run');
  expect(without['records']).toBe(100 + films); // which were invented again, since the log held none
  const plan = await json('replay', '--into', 'dry', '--dry-run', '--capture', captured);
  expect(plan['records']).toBe(400 + 100 + 2 * films);
  expect(plan['sources']).toContainEqual(
    expect.objectContaining({ topic: 'ratings', partition: 0, from: 0, gone: 0, captured: expect.anything() }),
  );
});

test('a replay reads the captured records in front of the log, twice the same', async () => {
  whole = await json('replay', '--into', 'whole', '--capture', captured);
  expect(whole).toMatchObject({ finished: true, accepted: 500, deadLetters: 0 });
  expect(modelOf(await json('replay', '--into', 'twice', '--capture', captured))).toEqual(modelOf(whole));
  expect(modelOf(await json('replay', '--into', 'whole'))).toEqual(modelOf(whole));
});

test('a namespace with captured records goes on live', async () => {
  await json('replay', 'switch', 'whole');
  await json('generate', '--count', '10', '--rate', '0');
  expect(await json('run', '--until-caught-up')).toMatchObject({ accepted: 510 });
  await json('replay', 'switch', '--back');
});

test('a broken file is named, and nothing is begun', async () => {
  const other = join(folder, 'broken');
  const body = Buffer.from('x');
  await writeCapture(other, {
    hub: 'ratings',
    partition: 0,
    at: new Date(0),
    events: [{ sequence: 5, time: 0, key: '', body }],
  });
  const { code, stderr } = await millrace('replay', '--into', 'broken', '--capture', other, '--data', data);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('BROKEN_CAPTURE') });
  expect((await json('replay', 'list'))['namespaces']).not.toContainEqual(expect.objectContaining({ name: 'broken' }));
});

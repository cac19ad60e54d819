/** Snapshots in a container, as the command line sees them. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../src/app/compose.ts';
import { type Outcome, outcomeOf } from '../../src/cli/outcome.ts';
import { openBlobSnapshots } from '../../src/snapshots/blob/snapshots.ts';
import type { Snapshots } from '../../src/snapshots/port.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { type Ended, millraceWith, startedWith } from '../support/cli.ts';

const Lag = z.object({ behind: z.number() });
const Result = z.object({ stopped: z.boolean(), records: z.number() });

let folder: string;
let azurite: Azurite;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-blob-'));
  azurite = await startAzurite();
  environment = {
    MILLRACE_SNAPSHOTS: 'blob',
    MILLRACE_BLOB_CONNECTION_STRING: azurite.connectionString,
    MILLRACE_BLOB_CREATE_CONTAINER: 'true',
    MILLRACE_BLOB_PREFIX: 'shop',
    MILLRACE_DATA: join(folder, 'data'),
  };
  const lines = Array.from(
    { length: 300 },
    (_, n) => `u${(n * 7) % 20},i${(n * 11) % 37},${(n % 5) + 1},${1_600_000_000 + n}`,
  );
  writeFileSync(join(folder, 'ratings.csv'), ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
});
afterAll(async () => {
  await azurite[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const key = 'Eby8vdM02';
const withBlob = (...flags: string[]): Promise<Ended> => millraceWith(environment, ...flags);

const snapshotsThere = async (): Promise<Snapshots> =>
  openBlobSnapshots({
    place: { connectionString: azurite.connectionString, container: 'millrace' },
    prefix: 'shop',
    createContainer: false,
  });

/** Of a copy: who opens the folder here makes one of snapshots in it. */
async function outcomeThere(): Promise<Outcome> {
  const copy = join(folder, 'copy');
  cpSync(join(folder, 'data'), copy, { recursive: true });
  await using ports = await openEmbedded(copy);
  return await outcomeOf(ports);
}

/** Waits until everything is read: the tasks stand then. */
async function untilRead(): Promise<void> {
  const deadline = performance.now() + 240_000;
  for (;;) {
    const { stdout } = await withBlob('lag', '--json');
    const { behind } = Lag.parse(JSON.parse(stdout));
    if (behind === 0) return;
    if (performance.now() > deadline) throw new Error('It did not catch up in time');
  }
}

test('a machine that ends leaves its state in the container, and another one goes on from there', async () => {
  expect(await withBlob('import', 'csv', join(folder, 'ratings.csv'))).toMatchObject({ code: 0 });
  const first = startedWith(environment, 'run', '--json', '--state', join(folder, 'first'));
  await untilRead();
  const one = await first.stop();
  const before = await outcomeThere();
  const second = await withBlob('run', '--until-caught-up', '--json', '--state', join(folder, 'second'));
  expect([one.code, second.code]).toEqual([0, 0]);
  const told = [one, second].map(({ stdout }) => Result.parse(JSON.parse(stdout)));
  expect(told).toEqual([
    { stopped: true, records: 300 },
    { stopped: false, records: 0 },
  ]);
  expect(before.modelHash).not.toBeNull();
  expect(await outcomeThere()).toEqual(before);
  expect(await (await snapshotsThere()).list('train/0/')).toHaveLength(1);
  expect(readdirSync(join(folder, 'data'))).not.toContain('snapshots');
});

test('the doctor tries the container out, leaves nothing in it, and shows no key', async () => {
  const well = await withBlob('doctor');
  expect(well).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ok +snapshots: one was written, listed, read/),
  });
  expect(well.stdout).toMatch(/blob\.connectionString +"\*\*\*" +MILLRACE_BLOB_CONNECTION_STRING/);
  expect(well.stdout + well.stderr).not.toContain(key);
  expect(await (await snapshotsThere()).list('doctor')).toEqual([]);
});

test('what is wrong with the container is a finding of the doctor, which goes on', async () => {
  const missing = {
    ...environment,
    MILLRACE_BLOB_CREATE_CONTAINER: 'false',
    MILLRACE_BLOB_CONTAINER: 'nobody-made-it',
  };
  const { code, stdout } = await millraceWith(missing, 'doctor');
  expect(code).toBe(1);
  expect(stdout).toMatch(/WRONG +snapshots: The container http:\S+ for snapshots does not exist\. Create it/);
  expect(stdout).toMatch(/ok +topologies/);
  expect(stdout).not.toContain(key);
});

test('no container, two of them, and forgetting what is in one are misuses', async () => {
  const none = await millraceWith({ MILLRACE_DATA: join(folder, 'data') }, 'run', '--snapshots', 'blob');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/neither is given.*MILLRACE_BLOB_URL/) });
  const url = 'https://a.example/box?sig=topsecret';
  const both = await millraceWith({ ...environment, MILLRACE_BLOB_URL: url }, 'run');
  expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/both are given/) });
  expect(both.stderr).not.toMatch(/topsecret|Eby8vdM02/);
  const fresh = await withBlob('start', '--fresh');
  expect(fresh).toMatchObject({ code: 2, stderr: expect.stringMatching(/--fresh forgets.*blob\.prefix/) });
});

/** The API held against its own description by a tool that knows nothing else of it, over real sockets. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { json, started } from '../support/cli.ts';

/** A copy of the checkout, in which a mutant lives, links to the packages of the checkout: its tools are beside them. */
const schemathesis = join(realpathSync(join(root, 'node_modules')), '../.tools/bin/schemathesis');
const config = join(root, 'test/support/schemathesis/schemathesis.toml');
/** Requests drawn for each operation, beside those that go through its schemas one bound at a time. */
const drawn = 10;
const limit_ms = 8 * 60_000;
/** Another run draws others: SCHEMATHESIS_SEED=N. A failure prints it, with a command that repeats each request. */
const seed = process.env['SCHEMATHESIS_SEED'] ?? '6';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-schemathesis-'));
  return () => rmSync(folder, { recursive: true });
});

/** A shop with lists: 400 ratings of 20 users, and a catalogue. */
async function filled(): Promise<string> {
  const [ratings, items, data] = [join(folder, 'ratings.csv'), join(folder, 'items.csv'), join(folder, 'data')];
  const rated = Array.from({ length: 400 }, (_, n) => {
    const [user, item] = [(n * 7) % 20, (n * 11) % 37];
    return `u${user},i${item},${(user + item) % 2 === 0 ? 5 : 1},${1_600_000_000 + n}`;
  });
  const catalogue = Array.from({ length: 37 }, (_, n) => `i${n},"Film ${n}, the <b>bold</b>",Drama|Comedy`);
  writeFileSync(ratings, ['userId,itemId,rating,timestamp', ...rated, ''].join('\n'));
  writeFileSync(items, ['itemId,title,genres', ...catalogue, ''].join('\n'));
  await json('import', 'csv', ratings, '--items', items, '--data', data);
  await json('run', '--until-caught-up', '--data', data);
  return data;
}

/** Of somebody who may ask everything: what is said of credentials is held against the server too. */
async function keyOf(keys: string): Promise<string> {
  const made = await json('keys', 'create', '--keys', keys, '--name', 'schemathesis', '--role', 'admin');
  return String(made['key']);
}

function asked(url: string, key: string): Promise<{ readonly code: number; readonly said: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; said: string }>();
  const flags = ['--checks', 'all', '--phases', 'coverage,fuzzing', '--max-examples', String(drawn), '--seed', seed];
  // A stream goes on for ever: nothing of it can be held against a schema.
  const left = ['--exclude-path-regex', '/live$', '--request-timeout', '40', '--continue-on-failure', '--no-color'];
  const known = ['--header', `Authorization: Bearer ${key}`];
  const words = ['--config-file', config, 'run', `${url}/openapi.json`, ...known, ...flags, ...left];
  // It keeps what it learnt about a schema in a folder of its own.
  execFile(schemathesis, words, { cwd: folder, timeout: limit_ms, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, said: stdout + stderr }),
  );
  return promise;
}

describe.skipIf(!existsSync(schemathesis))('schemathesis (skipped where it is not installed: see .ci/run)', () => {
  test('finds no answer that the description does not tell, nothing refused that it allows, and no failure', async () => {
    const keys = join(folder, 'keys');
    const key = await keyOf(keys);
    const serving = started('start', '--data', await filled(), '--keys', keys);
    onTestFinished(() => void serving.child.kill('SIGKILL'));
    const { code, said } = await asked(await serving.address(), key);
    expect(code, `seed ${seed}\n${said}`).toBe(0);
    expect(said).toMatch(/\d+ generated/);
    const { stderr } = await serving.stop();
    expect(stderr).not.toMatch(/Error|unhandled/i);
    expect(stderr).not.toContain(key);
  });
});

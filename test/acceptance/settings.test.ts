/** Settings on the command line: what they decide, and what is said of wrong ones. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { json, millrace, millraceWith, started } from '../support/cli.ts';

let folder: string;
let ratings: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-settings-'));
  ratings = join(folder, 'ratings.csv');
  const lines = Array.from({ length: 400 }, (_, n) => {
    const [user, item] = [(n * 7) % 20, (n * 11) % 37];
    return `u${user},i${item},${(user + item) % 2 === 0 ? 5 : 1},${1_600_000_000 + n}`;
  });
  writeFileSync(ratings, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function learnt(name: string, partitions: number, ...flags: string[]): Promise<Record<string, unknown>> {
  const data = join(folder, name);
  await json('import', 'csv', ratings, '--data', data, '--partitions', String(partitions));
  return json('run', '--until-caught-up', '--data', data, ...flags);
}

test('the same seed gives the same model and lists over any partitions, another one others; a whole backlog has no cuts', async () => {
  const one = await learnt('one', 1, '--cut-every', '50', '--seed', '3');
  const four = await learnt('four', 4, '--cut-every', '50', '--seed', '3');
  for (const same of ['modelVersion', 'modelHash', 'recommendationsHash']) expect(four[same]).toEqual(one[same]);
  const seed = await learnt('seed', 1, '--cut-every', '50', '--seed', '4');
  const cut = await learnt('cut', 1, '--cut-every', '200', '--seed', '3');
  expect(seed['modelHash']).not.toBe(one['modelHash']);
  expect(cut['modelHash']).toBe(one['modelHash']);
  expect(seed['recommendationsHash']).not.toBe(one['recommendationsHash']);
});

test('other settings than those of the state wait for the next generation', async () => {
  const before = await learnt('state', 1, '--seed', '3');
  const again = ['run', '--until-caught-up', '--data', join(folder, 'state'), '--cut-every', '100', '--seed', '4'];
  const { modelHash, modelVersion } = await json(...again);
  expect({ modelHash, modelVersion }).toEqual({ modelHash: before['modelHash'], modelVersion: before['modelVersion'] });
  const lines = Array.from({ length: 500 }, (_, n) => `w${n % 30},i${(n * 7) % 37},4,${1_700_000_000 + n}`);
  writeFileSync(ratings, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
  await json('import', 'csv', ratings, '--data', join(folder, 'state'));
  expect(await json(...again)).toMatchObject({ modelVersion: '2.0' });
});

test('what counts as seen is refused to lists that were made by another policy; a replay makes them anew', async () => {
  const before = await learnt('state', 1);
  const data = ['--data', join(folder, 'state')];
  const config = join(folder, 'millrace.yaml');
  writeFileSync(config, 'lists:\n  seen: [order]\n');
  const own = ['run', '--until-caught-up', ...data, '--config', config];
  const refused = await millrace(...own);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/has 'seen' as 'stateful shelves-2 rating order return'.*millrace replay --into/);
  const remedy =
    /leave out what had an event of rating, order, return.*Configure lists\.seen as.*millrace replay --into/;
  for (const command of [['serve'], ['score', '--out', join(folder, 'lists.csv')]]) {
    const other = await millrace(...command, ...data, '--config', config);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/OTHER_SEEN_POLICY/) });
    expect(other.stderr).toMatch(remedy);
  }
  const doctor = await millrace('doctor', ...data, '--config', config);
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringMatching(/WRONG +lists: /) });
  expect(doctor.stdout).toMatch(remedy);
  const replayed = await millrace('replay', '--into', 'anew', ...data, '--config', config);
  expect(replayed).toMatchObject({ code: 0 });
  const serving = started('serve', ...data); // of the policy that is about to go
  onTestFinished(() => void serving.stop('SIGKILL'));
  await serving.address();
  expect(await millrace('replay', 'switch', 'anew', ...data, '--config', config)).toMatchObject({ code: 0 });
  await expect.poll(serving.stderrSoFar).toMatch(/OTHER_SEEN_POLICY.*\[\\"order\\"\]/);
  expect(await millrace('doctor', ...data, '--config', config)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ok +lists: they leave out what had an event of order/),
  });
  const after = await json(...own);
  expect(after['modelHash']).toBe(before['modelHash']);
  expect(after['recommendationsHash']).not.toBe(before['recommendationsHash']);
});

test('the doctor says where each setting comes from: file, environment or flag', async () => {
  const config = join(folder, 'millrace.yaml');
  const data = join(folder, 'none-yet');
  writeFileSync(config, `data: ${data}\nmodel:\n  factors: 16\nseed: 4\n`);
  const { code, stdout } = await millraceWith(
    { MILLRACE_LISTS_CANDIDATES: '20', MILLRACE_SEED: '5' },
    'doctor',
    '--config',
    config,
    '--seed',
    '6',
    '--json',
  );
  expect(code).toBe(0);
  const { configuration }: { configuration: unknown } = JSON.parse(stdout);
  expect(configuration).toEqual(
    expect.arrayContaining([
      { setting: 'data', value: data, from: `${config}:1` },
      { setting: 'model.factors', value: 16, from: `${config}:3` },
      { setting: 'lists.candidates', value: 20, from: 'MILLRACE_LISTS_CANDIDATES' },
      { setting: 'seed', value: 6, from: '--seed' },
      { setting: 'port', value: 8080, from: 'default' },
    ]),
  );
  expect(existsSync(data)).toBe(false);
});

test('a wrong setting is a misuse of every command, and a finding of the doctor', async () => {
  const wrong = { MILLRACE_SED: '1' };
  for (const command of [['run'], ['lag'], ['serve'], ['generate'], ['describe'], ['export', 'model', '--out', 'x']]) {
    const { code, stderr } = await millraceWith(wrong, ...command);
    expect({ command, code }).toEqual({ command, code: 2 });
    expect(stderr).toMatch(/INVALID_CONFIGURATION: MILLRACE_SED: .*Did you mean 'MILLRACE_SEED'\?/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  }
  const doctor = await millraceWith(wrong, 'doctor');
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringMatching(/WRONG {2}configuration: MILLRACE_SED/) });
  const kafka = await millrace('run', '--transport', 'kafka');
  expect(kafka).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--transport: transport is "kafka", and no broker is named/),
  });
  const fresh = await millrace('start', '--fresh', '--transport', 'kafka', '--brokers', '127.0.0.1:1');
  expect(fresh).toMatchObject({ code: 2, stderr: expect.stringMatching(/--fresh forgets .* the log is at brokers/) });
  const idle = await millrace('lag', '--brokers', '127.0.0.1:1');
  expect(idle).toMatchObject({ code: 2, stderr: expect.stringMatching(/--brokers is given, .*Add --transport kafka/) });
});

test('export model writes what was learnt, and refuses to write over it', async () => {
  await learnt('exported', 2);
  const out = join(folder, 'model');
  const flags = ['export', 'model', '--data', join(folder, 'exported'), '--out', out];
  expect(await json(...flags)).toMatchObject({ model: 'top-n', format: 'csv', users: 20, items: 37, factors: 32 });
  expect(readFileSync(join(out, 'items.csv'), 'utf8')).toMatch(/^id,factor_0,factor_1,.*,factor_31,bias\n/);
  expect(await millrace(...flags)).toMatchObject({ code: 1, stderr: expect.stringMatching(/--overwrite/) });
  expect(await json(...flags, '--overwrite', '--model', 'stars')).toMatchObject({ model: 'stars', factors: 16 });
  expect(await millrace('export', 'model')).toMatchObject({ code: 2 });
});

test('score writes the best of everybody, whatever the threads', async () => {
  await learnt('scored', 2);
  const data = join(folder, 'scored');
  const [one, two] = [join(folder, 'one.csv'), join(folder, 'two.csv')];
  expect(await json('score', '--n', '3', '--out', one, '--data', data)).toMatchObject({
    users: 20,
    lists: 20,
    popular: 0,
    modelVersion: expect.any(String),
    file: one,
  });
  const lines = readFileSync(one, 'utf8').trim().split('\n');
  expect([lines[0], lines.length]).toEqual(['userId,itemId,rank,score', 1 + 20 * 3]);
  await json('score', '--n', '3', '--out', two, '--threads', '2', '--to-documents', '--data', data);
  expect(readFileSync(two)).toEqual(readFileSync(one));
  expect(await millrace('score', '--data', data)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--out FILE/),
  });
  expect(await millrace('score', '--out', 'x.txt', '--data', data)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/UNKNOWN_FILE_FORMAT/),
  });
});

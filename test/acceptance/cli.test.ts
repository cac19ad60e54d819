/** The command line as a script sees it: processes, exit codes, standard output and standard error. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { openEmbedded } from '../../src/app/compose.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { ratings } from '../../topologies/streams.ts';
import { json, main, millrace, started } from '../support/cli.ts';
import { day, minute, rating } from '../topologies/events.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const events = Array.from({ length: 300 }, (_, n) => {
  const [user, item] = [(n * 7) % 20, (n * 11) % 37];
  const value = (user + item) % 2 === 0 ? 5 : 1;
  return rating({ eventId: `e${n}`, userId: `u${user}`, itemId: `i${item}`, value, time: day + n * minute });
});

/** A log with the topic of ratings alone: `run` creates the others. */
async function logWith(name: string, partitions: number, sent: readonly Rating[]): Promise<string> {
  const data = join(folder, name);
  await using ports = await openEmbedded(data);
  await ports.transport.createTopic(ratings.name, { partitions });
  const records = sent.map(event => recordOf(ratings, event));
  await appendFromOutside(ports.transport, ratings.name, records, Date.now());
  return data;
}

/** Watches the lag until it was told twice; an interrupt is an orderly end. */
async function watchedLag(data: string): Promise<void> {
  const watching = started('lag', '--watch', '1', '--json', '--data', data);
  let lines = 0;
  for await (const line of createInterface(watching.child.stdout)) {
    expect(JSON.parse(line)).toMatchObject({ behind: 0, behindSeconds: 0 });
    if (++lines === 2) watching.child.kill('SIGINT');
  }
  expect(lines).toBeGreaterThanOrEqual(2);
  expect(await watching.ended).toMatchObject({ code: 0, stderr: '' });
}

describe('what is asked for wrongly', () => {
  test('help exits with 0 and names every command', async () => {
    const { code, stdout } = await millrace('--help');
    expect(code).toBe(0);
    for (const name of [
      'start',
      'run',
      'serve',
      'import',
      'generate',
      'evaluate',
      'tune',
      'score',
      'export',
      'exposures',
      'users',
      'describe',
      'topics',
      'lag',
      'dead-letters',
      'doctor',
    ])
      expect(stdout).toContain(name);
    const run = await millrace('run', '--help');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('--until-caught-up');
  });

  test.each([
    [['describ'], /unknown command 'describ'.*Did you mean 'describe'/i],
    [['run', '--until-caught'], /--until-caught'.*Did you mean '--until-caught-up'/],
    [['trace', '-k7'], /'-k7'.*begins with a dash goes after '--'/],
    [['dead-letters', 'lst'], /Did you mean 'list'/],
    [['run', 'intak'], /Did you mean 'intake'/],
    [['run', '--partitions', '0'], /whole number of 1 or more/],
    [['run', '--app', 'nowhere.ts'], /nowhere\.ts of --app is not there/],
    [['evaluate'], /--ratings FILE/],
    [['evaluate', '--ratings', 'a', '--protocol', 'best'], /leave-last-out/],
    [['evaluate', '--ratings', 'a', '--train', 'b'], /cannot be used with/],
    [['evaluate', '--ratings', 'a', '--checkpoints', '3'], /--non-inferiority/],
    [['tune', '--out', 'nowhere/tuned.yaml'], /nowhere\/tuned\.yaml of --out cannot be written/],
    [['describe', '--mermaid', '--json'], /cannot be used with/],
  ])('%j is a misuse, in one line', async (flags, expected) => {
    const { code, stdout, stderr } = await millrace(...flags, ...(flags.includes('--json') ? [] : ['--json']));
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'MISUSE' } });
  });

  test('a command without its data fails with 1, says so, and begins nothing', async () => {
    const data = join(folder, 'nothing');
    for (const flags of [['lag'], ['dead-letters', 'list'], ['dead-letters', 'redrive']]) {
      const { code, stdout, stderr } = await millrace(...flags, '--data', data);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/NO_DATA.*--data/);
    }
    expect(existsSync(data)).toBe(false);
  });
});

describe('a run', () => {
  test("runs anyone's topologies, and says what is wrong with a file that holds none", async () => {
    const app = resolve(import.meta.dirname, '../../examples/sensor-counts.ts');
    const data = join(folder, 'sensors');
    const flags = ['run', '--until-caught-up', '--data', data];
    expect(await json(...flags, '--app', app)).toMatchObject({ records: 0, accepted: null, modelHash: null });
    const none = await millrace(...flags, '--app', main.replace('main.ts', 'output.ts'));
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/BUILD_ERROR.*does not export 'topologies'/);
    const broken = await millrace(...flags, '--app', resolve(import.meta.dirname, '../../package.json'));
    expect(broken.stderr).toMatch(/BUILD_ERROR.*cannot be loaded/);
  });

  test('answers the same hashes over one and three partitions, and leaves no lag', async () => {
    const results = await Promise.all(
      [1, 3].map(async partitions => {
        const data = await logWith(`hashes-${partitions}`, partitions, events);
        return json('run', '--until-caught-up', '--data', data, '--partitions', String(partitions));
      }),
    );
    const [one, three] = results;
    expect(one).toMatchObject({ records: events.length, accepted: events.length, deadLetters: 0 });
    expect(one?.['modelHash']).toMatch(/^[0-9a-f]+$/);
    expect(one?.['recommendationsHash']).toMatch(/^[0-9a-f]{64}$/);
    expect(one?.['modelVersion']).toMatch(/^\d+\.\d+$/);
    for (const same of ['records', 'accepted', 'modelVersion', 'modelHash', 'recommendationsHash'])
      expect(three?.[same]).toEqual(one?.[same]);
    const data = join(folder, 'hashes-3');
    expect(await json('lag', '--data', data)).toMatchObject({ behind: 0, behindSeconds: 0 });
    expect(await json('run', '--until-caught-up', '--data', data)).toMatchObject({ records: 0, accepted: 300 });
    expect((await millrace('lag', '--data', data)).stdout).toMatch(/recommend\/0\s+ratings/);
    await watchedLag(data);
    const other = await millrace('run', '--until-caught-up', '--data', data, '--partitions', '2');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(/has 3 partitions, not 2/);
    expect(await json('doctor', '--data', data)).toMatchObject({ ok: true });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends in an orderly way on %s', async signal => {
    const data = await logWith(signal, 1, events.slice(0, 20));
    const child = spawn(process.execPath, [main, 'run', '--data', data, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
    // The first line of progress: everything is under way.
    child.stderr.once('data', () => child.kill(signal));
    expect(await ended).toEqual([0, null]);
    expect(JSON.parse(stdout)).toMatchObject({ stopped: true });
    expect(await json('run', '--until-caught-up', '--data', data)).toMatchObject({ accepted: 20 });
  });

  test('buries what is not sound; redriving sends it again, once', async () => {
    const bad = rating({ eventId: 'bad', userId: 'u1', itemId: 'i1', value: 11, time: day });
    const data = await logWith('letters', 2, [...events.slice(0, 40), bad]);
    expect(await json('run', '--until-caught-up', '--data', data)).toMatchObject({
      records: 41,
      accepted: 40,
      deadLetters: 1,
    });
    const listed = await json('dead-letters', 'list', '--data', data);
    expect(listed).toMatchObject({ total: 1, deadLetters: [{ topic: 'ratings', key: 'u1' }] });
    expect((await millrace('dead-letters', 'list', '--data', data)).stdout).toContain('1 of 1 dead letters');
    const none = { redriven: 0, before: 1, withoutRecord: 0 };
    expect(await json('dead-letters', 'redrive', '--data', data, '--topic', 'ratings')).toMatchObject({ redriven: 1 });
    expect(await json('dead-letters', 'redrive', '--data', data)).toEqual(none);
    expect(await json('run', '--until-caught-up', '--data', data)).toMatchObject({ records: 1, deadLetters: 2 });
    expect((await json('dead-letters', 'list', '--data', data, '--limit', '1'))['deadLetters']).toHaveLength(1);
  });
});

describe('commands that only look', () => {
  test('show the graph before there is any data', async () => {
    const data = join(folder, 'none-yet');
    const { stdout } = await millrace('describe', '--data', data);
    expect(stdout).toContain('intake (4 tasks)');
    expect((await millrace('describe', '--mermaid', '--data', data)).stdout).toMatch(/^flowchart LR/);
    const { topologies } = await json('describe', '--data', data, '--partitions', '2');
    expect(topologies).toContainEqual(expect.objectContaining({ name: 'intake', tasks: 2 }));
    expect(await json('doctor', '--data', data)).toMatchObject({ ok: true });
    expect(existsSync(data)).toBe(false);
  });

  test('the doctor finds topics that do not fit together', async () => {
    const data = await logWith('misfit', 2, []);
    {
      await using ports = await openEmbedded(data);
      await ports.transport.createTopic('user-vectors', { partitions: 3 });
    }
    const { code, stdout } = await millrace('doctor', '--data', data);
    expect(code).toBe(1);
    expect(stdout).toMatch(/WRONG {2}topologies: Topology 'recommend' reads streams of different numbers/);
  });

  test('the doctor exits with 1 and names what is broken', async () => {
    const data = join(folder, 'broken');
    await logWith('broken', 1, []);
    await (await openEmbedded(data))[Symbol.asyncDispose]();
    writeFileSync(join(data, 'documents.db'), 'not a database at all, but long enough to look like one '.repeat(40));
    rmSync(join(data, 'documents.db-wal'), { force: true });
    const { code, stdout } = await millrace('doctor', '--data', data, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
  });
});

test('evaluate judges a small file and writes what it judged', async () => {
  const file = join(folder, 'ratings.csv');
  const lines = events.map(({ userId, itemId, value, time }) => `${userId},${itemId},${value},${time / 1_000}`);
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines].join('\n'));
  const lists = join(folder, 'lists.csv');
  const stars = join(folder, 'stars.csv');
  const flags = ['evaluate', '--ratings', file, '--protocol', 'temporal', '--k', '4', '--seed', '3'];
  const result = await json(...flags, '--top-n', lists, '--predictions', stars);
  expect(result).toMatchObject({
    protocol: 'temporal',
    seed: 3,
    users: 20,
    models: { incremental: { seenReturned: 0 } },
  });
  expect(readFileSync(lists, 'utf8')).toMatch(/^userId,itemId,rank,score\n/);
  expect(readFileSync(stars, 'utf8')).toMatch(/^userId,itemId,prediction\n/);
  expect(existsSync(join(folder, 'lists.popularity.csv'))).toBe(true);
  expect((await millrace(...flags)).stdout).toMatch(/model\s+rmse\s+mae/);
  expect(await millrace('evaluate', '--ratings', join(folder, 'no.csv'), '--protocol', 'random')).toMatchObject({
    code: 1,
  });
});

test('evaluate asks over a stream whether incremental is as good as retrain', async () => {
  const file = join(folder, 'stream.csv');
  const lines = events.map(({ userId, itemId, value, time }) => `${userId},${itemId},${value},${time / 1_000}`);
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines].join('\n'));
  const flags = ['evaluate', '--ratings', file, '--non-inferiority', '--checkpoints', '2', '--seeds', '1', '--k', '4'];
  expect(await json(...flags)).toMatchObject({ order: 'time', seeds: [1], margin: 0.01, checkpoints: [{}, {}] });
  expect((await millrace(...flags, '--order', 'drawn')).stdout).toMatch(/ndcg10.*(non-inferior|inferior|inconclusive)/);
});

test('tune searches in the log, and evaluate takes what it writes', async () => {
  const data = await logWith('tuned', 1, events);
  const out = join(folder, 'tuned.yaml');
  const result = await json('tune', '--data', data, '--budget', '2', '--out', out);
  expect(result).toMatchObject({ budget: 2, cut: false, trials: [{ number: 0 }, { number: 1 }] });
  expect(await json('doctor', '--data', data, '--config', out)).toMatchObject({ ok: true });
  const file = join(folder, 'tune.csv');
  const lines = events.map(({ userId, itemId, value, time }) => `${userId},${itemId},${value},${time / 1_000}`);
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines].join('\n'));
  const { stdout, stderr } = await millrace('tune', '--ratings', file, '--budget', '2');
  expect(stderr).toMatch(/trial 1, all users: nDCG@10/);
  expect(stdout).toMatch(/on the test, once/);
});

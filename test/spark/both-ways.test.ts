/** A model goes from Millrace to Spark and a generation from Spark to Millrace, by the commands that people type. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { json, started } from '../support/cli.ts';
import { captureTopic } from '../support/capture.ts';
import { sparkJson } from '../support/spark/programs.ts';

const small = ['--rank', '8', '--iterations', '3', '--star-rank', '4', '--star-iterations', '3'];
/** As many as there are items, so that every pair is compared. */
const all = ['--n', '1000'];
const blocks = ['--user-blocks', '1', '--item-blocks', '1'];

describe.skipIf(inject('noSpark'))('between Millrace and Spark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-both-'));
  const place = (name: string): string => join(folder, name);
  const data = ['--data', place('data')];
  const capture = ['--capture', place('shop-events/ratings')];

  beforeAll(async () => {
    await json('generate', '--count', '1500', '--rate', '0', '--seed', '5', ...data);
    await json('run', '--until-caught-up', ...data);
    await using ports = await openPorts({ data: place('data'), transport: 'embedded', documents: 'sqlite' });
    await captureTopic(folder, ports.transport, 'ratings');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a generation of Millrace has the same lists and scores on Spark, to the last bit', async () => {
    await json('export', 'model', '--format', 'generation', '--out', place('exported'), ...data);
    expect(await json('score', '--out', place('ours.csv'), ...data)).toMatchObject({ popular: 0 });
    await sparkJson('score', ...capture, '--generation', place('exported'), '--out', place('theirs.csv'));
    expect(rows('theirs.csv')).toEqual(rows('ours.csv'));
    expect(rows('ours.csv').length).toBeGreaterThan(1_000);
  });

  test('a generation of Spark is imported, switched in, and served with the scores that Spark gives', async () => {
    await sparkJson('train', ...capture, '--out', place('trained'), ...small, ...blocks);
    await sparkJson('score', ...capture, ...all, '--generation', place('trained'), '--out', place('of-spark.csv'));
    const spark = rows('of-spark.csv');
    const known = new Set(spark.map(([, itemId]) => itemId));
    const { name } = await json('models', 'import', place('trained'), ...data);
    const server = started('start', '--generate', '0', ...data); // what came meanwhile would be learnt
    onTestFinished(() => void server.stop('SIGKILL'));
    const address = await server.address();
    expect(await json('models', 'use', String(name), '--wait', ...data)).toMatchObject({ state: 'done' });
    const own = spark.filter(([user]) => user === '1').slice(0, 10);
    const wanted = own.map(([, itemId, , score]) => ({ itemId, score }));
    expect(wanted).toHaveLength(10);
    await expect.poll(() => listOf(address, '1', known)).toEqual(wanted);
    expect((await server.stop()).code).toBe(0);
    await json('score', ...all, '--out', place('switched.csv'), ...data);
    expect(ranked(rows('switched.csv').filter(([, itemId]) => known.has(itemId)))).toEqual(spark);
  });

  /** Ranks anew what is left of lists: Millrace also places items that nobody has met, of which Spark knows nothing. */
  const ranked = (left: readonly Row[]): Row[] =>
    [...Map.groupBy(left, ([user]) => user).values()].flatMap(list =>
      list.map(([user, itemId, , score], n): Row => [user, itemId, n + 1, score]),
    );

  type Row = readonly [userId: string, itemId: string, rank: number, score: number];

  /** Lines of a file of scores in order of user and rank; numbers as numbers: each language writes them its own way. */
  function rows(name: string): Row[] {
    const lines = readFileSync(place(name), 'utf8').trim().split('\n').slice(1);
    return lines
      .map((line): Row => {
        const [userId = '', itemId = '', rank, score] = line.split(',');
        return [userId, itemId, Number(rank), Number(score)];
      })
      .sort(([a, , m], [b, , n]) => (a === b ? m - n : a < b ? -1 : 1));
  }
});

/** What the API answers of items that Spark knows, ten of them. */
async function listOf(address: string, user: string, known: ReadonlySet<string>): Promise<unknown> {
  const response = await fetch(`${address}/v2/users/${user}/recommendations?n=50`);
  const { items }: { items: readonly { itemId: string; score: number }[] } = JSON.parse(await response.text());
  const some = items.filter(({ itemId }) => known.has(itemId)).slice(0, 10);
  return some.map(({ itemId, score }) => ({ itemId, score }));
}

/** The whole dataflow on a real broker, by the commands that people type: it learns what the embedded run learns. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { itemSchema, ratingSchema } from '../../schemas/types.ts';
import { fromContainer } from '../../src/stream/container.ts';
import { json, millrace, started } from '../support/cli.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { administer } from '../support/kafka/witness.ts';

const bundled = resolve(import.meta.dirname, '../../data');
const ratings = 3_000;

/** What does not depend on transport, partitions, workers and clocks. */
const comparable = ({
  accepted,
  deadLetters,
  modelVersion,
  modelHash,
  recommendationsHash,
}: Record<string, unknown>) => ({
  accepted,
  deadLetters,
  modelVersion,
  modelHash,
  recommendationsHash,
});

describe.skipIf(noOwnBroker)('the recommender on a broker', () => {
  let folder: string;
  let broker: KafkaBroker;
  let files: string[];
  /** Somebody who has rated. */
  let user: string;
  let embedded: ReturnType<typeof comparable>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-dataflow-'));
    broker = await KafkaBroker.start();
    ({ files, user } = await dataSet(folder));
    embedded = await learnt(['--data', join(folder, 'embedded'), '--partitions', '2']);
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const at = (name: string): string[] => [
    '--transport',
    'kafka',
    '--brokers',
    broker.brokers().join(','),
    '--data',
    join(folder, name),
  ];

  async function learnt(flags: readonly string[]): Promise<ReturnType<typeof comparable>> {
    const [file = '', items = ''] = files;
    expect(await json('import', 'csv', file, '--items', items, ...flags)).toMatchObject({ ratings, rejected: 0 });
    const own = flags.filter((_, n) => flags[n] !== '--partitions' && flags[n - 1] !== '--partitions');
    return comparable(await json('run', '--until-caught-up', '--cut-every', '250', ...own));
  }

  test('learns and recommends what the embedded run does, to the bit, on other partitions', async () => {
    expect(await learnt([...at('one'), '--partitions', '3'])).toEqual(embedded);
    expect(embedded).toMatchObject({ accepted: ratings, deadLetters: 0, modelVersion: '1.1' });
    expect(await json('topics', 'verify', ...at('one'))).toMatchObject({ ok: true, problems: [] });
    expect(await json('lag', ...at('one'))).toMatchObject({ behind: 0 });
    expect(await json('describe', ...at('one'))).toMatchObject({ topologies: expect.any(Array) });
    expect(await json('dead-letters', 'list', ...at('one'))).toMatchObject({ total: 0 });
    const out = join(folder, 'model');
    expect(await json('export', 'model', '--out', out, ...at('one'))).toMatchObject({ generation: 1, number: 1 });
  });

  test('serves what was learnt there, and takes ratings into the log', async () => {
    const server = started('serve', ...at('one'));
    const url = await server.address();
    const list: unknown = await (await fetch(`${url}/v2/users/${user}/recommendations`)).json();
    expect(list).toMatchObject({ reason: 'personal', modelVersion: expect.anything() });
    const body = JSON.stringify({ userId: user, itemId: '1', value: 4 });
    const headers = { 'content-type': 'application/json' };
    const taken = await fetch(`${url}/v2/ratings`, { method: 'POST', headers, body });
    expect(taken.status).toBe(202);
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(await json('lag', ...at('one'))).toMatchObject({ behind: 3 }); // `intake`, `train` and `recommend` read it
    expect(await json('generate', '--count', '5', '--rate', '0', ...at('one'))).toMatchObject({ ratings: 5 });
    expect(await json('run', '--until-caught-up', '--cut-every', '250', ...at('one'))).toMatchObject({
      records: 6,
      deadLetters: 0,
    });
  });

  /** Topics of another run: each begins with an empty broker. */
  const forgetTopics = (): Promise<unknown> =>
    administer(broker.brokers(), async admin => admin.deleteTopics({ topics: await admin.listTopics() }));

  test.each([2, 4])('%i workers that share the tasks learn the same, to the bit', async workers => {
    await forgetTopics();
    const name = `shared-${workers}`;
    const [file = '', items = ''] = files;
    expect(await json('import', 'csv', file, '--items', items, ...at(name), '--partitions', '4')).toMatchObject({
      ratings,
    });
    const states = Array.from({ length: workers }, (_, worker) => ['--state', join(folder, name, `state-${worker}`)]);
    const all = states.map(state => started('run', '--until-caught-up', '--cut-every', '250', ...at(name), ...state));
    const codes = await Promise.all(all.map(async ({ ended }) => (await ended).code));
    expect(codes).toEqual(states.map(() => 0));
    // Nothing is left to do: it only tells what stands there.
    const told = await json('run', '--until-caught-up', '--cut-every', '250', ...at(name), ...(states[0] ?? []));
    expect(told).toMatchObject({ records: 0 });
    expect(comparable(told)).toEqual(embedded);
  });

  test('starts, learns and serves in one process', async () => {
    await forgetTopics();
    const [file = '', items = ''] = files;
    expect(await json('import', 'csv', file, '--items', items, ...at('all'))).toMatchObject({ ratings });
    const process = started('start', '--generate', '0', '--cut-every', '250', ...at('all'));
    const list = await fetch(`${await process.address()}/v2/users/${user}/recommendations`);
    expect(await list.json()).toMatchObject({ reason: 'personal' });
    expect(await process.stop()).toMatchObject({ code: 0 });
  });

  test('a broker that is away is told in one line, after a while', async () => {
    const flags = ['--transport', 'kafka', '--brokers', '127.0.0.1:1', '--data', join(folder, 'away')];
    const { code, stderr } = await millrace('lag', ...flags);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^waiting: Broker 127\.0\.0\.1:1 .*\nmillrace: UNAVAILABLE: Broker 127\.0\.0\.1:1 .*ECONNREFUSED/,
    );
  });
});

/** The first ratings of the bundled films, as people bring theirs: a file of ratings and one of items. */
async function dataSet(folder: string): Promise<{ files: string[]; user: string }> {
  const lines = ['userId,movieId,rating,timestamp'];
  for await (const { userId, itemId, value, time } of fromContainer(
    ratingSchema,
    createReadStream(join(bundled, 'ratings.avro')),
  )) {
    lines.push([userId, itemId, value, time / 1_000].join(','));
    if (lines.length > ratings) break;
  }
  const items = ['movieId,title,genres'];
  for await (const { itemId } of fromContainer(itemSchema, createReadStream(join(bundled, 'items.avro'))))
    items.push(`${itemId},Film ${itemId},Drama`);
  const texts = [
    ['ratings.csv', lines],
    ['items.csv', items],
  ] as const;
  for (const [name, text] of texts) writeFileSync(join(folder, name), `${text.join('\n')}\n`);
  const [user = ''] = lines[1]?.split(',') ?? [];
  return { files: texts.map(([name]) => join(folder, name)), user };
}

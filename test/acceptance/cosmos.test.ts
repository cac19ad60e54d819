/** The command line with its documents in Cosmos DB: our protocol fixture, in a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosmosClient, IndexingMode } from '@azure/cosmos';
import { expect, onTestFinished, test } from 'vitest';
import { millraceWith } from '../support/cli.ts';
import { Random } from '../support/random.ts';
import { type FixtureProcess, startFixtureProcess } from '../support/cosmos/process.ts';

const database = 'shop';

async function shop() {
  const data = mkdtempSync(join(tmpdir(), 'millrace-cosmos-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const fixture = await startFixtureProcess();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  return { data, fixture, cosmos: environmentOf(fixture) };
}

const environmentOf = ({ endpoint, key }: FixtureProcess) => ({
  MILLRACE_DOCUMENTS: 'cosmos',
  MILLRACE_COSMOS_ENDPOINT: endpoint,
  MILLRACE_COSMOS_KEY: key,
  MILLRACE_COSMOS_DATABASE: database,
});

async function told(environment: Readonly<Record<string, string>>, ...flags: string[]) {
  const { code, stdout, stderr } = await millraceWith(environment, ...flags, '--json');
  const result: Record<string, unknown> = stdout === '' ? {} : JSON.parse(stdout);
  return { code, stderr, ...result };
}

test('containers are planned, created and verified, and each difference is named', async () => {
  const { data, fixture, cosmos } = await shop();
  const at = ['--data', data];
  const before = await told(cosmos, 'documents', 'verify', ...at);
  expect(before).toMatchObject({ code: 1, ok: false });
  expect(before).toHaveProperty(
    'problems',
    expect.arrayContaining(['database shop: it is missing', 'orders: it is missing']),
  );
  const early = await millraceWith(cosmos, 'run', '--until-caught-up', ...at);
  expect(early.stderr).toMatch(/does not exist.*millrace documents create/);

  const { created } = { created: undefined, ...(await told(cosmos, 'documents', 'create', ...at)) };
  expect(created).toEqual(
    expect.arrayContaining([database, 'userVectors', 'recommendations', 'journals', 'orders', 'leases']),
  );
  expect(await told(cosmos, 'documents', 'create', ...at)).toMatchObject({ code: 0, created: [] });
  const after = await told(cosmos, 'documents', 'verify', ...at);
  expect(after).toMatchObject({ code: 0, ok: true, problems: [], throughput: 'autoscale up to 1000 RU/s' });
  const { stdout } = await millraceWith(cosmos, 'documents', 'plan', ...at);
  expect(stdout).toMatch(/^database shop: autoscale up to 1000 RU\/s$/m);
  expect(stdout).toMatch(/^aggregates +\/entityId +after 90 days +there/m);
  const doctor = await told(cosmos, 'doctor', ...at);
  expect(doctor).toHaveProperty(
    'checks',
    expect.arrayContaining([expect.objectContaining({ name: 'documents', ok: true })]),
  );
  expect(JSON.stringify(doctor)).not.toContain(fixture.key);

  const { endpoint, key } = fixture;
  const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
  onTestFinished(() => client.dispose());
  await client.database(database).container('orders').delete();
  await client.database(database).containers.create({
    id: 'orders',
    partitionKey: { paths: ['/orderId'] },
    indexingPolicy: { indexingMode: IndexingMode.consistent, includedPaths: [{ path: '/*' }], excludedPaths: [] },
  });
  const wrong = await told(cosmos, 'documents', 'verify', ...at);
  expect(wrong).toMatchObject({ code: 1, ok: false });
  expect(wrong).toHaveProperty(
    'problems',
    expect.arrayContaining([
      'orders: it is partitioned by /orderId, not /userId: make it anew',
      'orders: its documents expire after nothing, not even where they say so, not what they say themselves (defaultTtl)',
      'orders: its index includes /*, not /userId/?, /namespace/?',
    ]),
  );
});

test('a wrong key and a missing account are told in one line, without the key', async () => {
  const { data, cosmos } = await shop();
  const wrong = { ...cosmos, MILLRACE_COSMOS_KEY: Buffer.from('a wrong key').toString('base64') };
  const refused = await millraceWith(wrong, 'documents', 'verify', '--data', data);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/refuses this process.*Cosmos DB Built-in Data Contributor/);
  expect(refused.stderr).not.toContain(wrong.MILLRACE_COSMOS_KEY);
  const nowhere = await millraceWith({ MILLRACE_DOCUMENTS: 'cosmos' }, 'documents', 'plan', '--data', data);
  expect(nowhere).toMatchObject({ code: expect.any(Number), stdout: '' });
  expect(nowhere.stderr).toMatch(/MILLRACE_DOCUMENTS: documents is "cosmos", and no account is named/);
});

test('the whole recommender comes to the same model and lists as with SQLite, also while Cosmos DB throttles', async () => {
  const { data, fixture, cosmos } = await shop();
  expect(await told(cosmos, 'documents', 'create', '--data', data)).toMatchObject({ code: 0 });
  const ratings = join(data, 'ratings.csv');
  writeFileSync(ratings, csvOf(1_200, new Random(5)));
  const outcomes = [];
  for (const environment of [{}, cosmos]) {
    const folder = join(data, environment === cosmos ? 'cosmos' : 'sqlite');
    const at = ['--data', folder];
    expect(await told(environment, 'import', 'csv', ratings, ...at)).toMatchObject({ code: 0, ratings: 1_200 });
    if (environment === cosmos)
      await fixture.setFaults([
        { kind: 'status', status: 429, retryAfterMs: 5, each: true, share: 0.2, on: ['bulk'] },
        { kind: 'reset', after: true, share: 0.02, on: ['bulk', 'batch'] },
      ]);
    outcomes.push(await told(environment, 'run', '--until-caught-up', '--seed', '5', '--cut-every', '500', ...at));
  }
  const [withSqlite, withCosmos] = outcomes;
  expect(withSqlite).toMatchObject({ code: 0, deadLetters: 0, modelHash: expect.any(String) });
  for (const name of ['accepted', 'modelVersion', 'modelHash', 'recommendationsHash'])
    expect(withCosmos).toHaveProperty(name, Reflect.get(withSqlite ?? {}, name));
});

/** Each pair once, a minute apart. */
function csvOf(count: number, random: Random): string {
  const rows = Array.from({ length: count }, (_, n) => {
    const stars = random.between(1, 10) / 2;
    return `${n % 60},${Math.floor(n / 60) + random.below(2) * 100},${stars},${1_600_000_000 + n * 60}`;
  });
  return ['userId,movieId,rating,timestamp', ...rows, ''].join('\n');
}

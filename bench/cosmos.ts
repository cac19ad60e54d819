/**
 * What do documents in Cosmos DB cost: documents a second through the adapter, beside the library's own upserts in
 * parallel, and request units an update, an epoch and a list? How soon is an order in its user's list, and how soon does
 * a process answer? Against the protocol fixture in a process of its own, whose request units are a model of the
 * published figures. `node bench/cosmos.ts [DOCUMENTS] [RUNS] [ORDERS]`
 */
import { CosmosClient, type Container } from '@azure/cosmos';
import type { DocumentWrite } from '../src/documents/port.ts';
import type { CosmosDocuments } from '../src/documents/cosmos/documents.ts';
import { database, makeContainers, openDocuments } from '../test/support/cosmos/place.ts';
import { startFixtureProcess } from '../test/support/cosmos/process.ts';
import { report, together as measuredTogether } from './report.ts';
import { CosmosLoop } from './support/cosmos-loop.ts';

const [count = 2_000, runs = 3, orders = 200] = process.argv.slice(2).map(Number);
/** A vector of 64 factors as it is kept: 16-bit integers in base64. */
const factors = Buffer.alloc(128, 7).toString('base64');
const together = 100;

await using fixture = await startFixtureProcess();
await makeContainers(fixture, ['userVectors', 'recommendations', 'journals']);
/** Documents of its own, so that the loop reads no vector that was written for the rates. */
await using loop = await CosmosLoop.start(orders);
const ofLoop = measuredTogether(() => loop.measure());
const documents = await openDocuments(fixture);
const client = new CosmosClient({
  endpoint: fixture.endpoint,
  key: fixture.key,
  connectionPolicy: { enableEndpointDiscovery: false },
});
const plain = client.database(database).container('userVectors');
let epoch = 0;
try {
  await report({
    name: 'cosmos',
    question: `Documents a second into Cosmos DB (vectors of 64 factors, ${count} a call), and request units for what is done most`,
    unit: 'documents/s',
    better: 'more',
    runs,
    notes: [
      'The protocol fixture on loopback, without a limit of throughput; its request units are a model of the published figures, not an invoice.',
      `MovieLens latest-small is learnt before ${orders} orders are posted one after the other to a process that only serves; each ends with the answer of the list that has learnt it, through document, change feed, connector, model and list.`,
    ],
    rivals: [
      { name: `the library's upserts, ${together} at once`, run: () => rate(() => upsertPlainly(plain)) },
      {
        name: 'documents that are new to the process: read, then replaced',
        run: async () => renewed(cold => rate(() => cold.write(vectors('cold')))),
      },
      { name: 'documents that it knows: replaced', run: () => rate(() => documents.write(vectors('known'))) },
      ...units(),
      ...times(),
    ],
  });
} finally {
  await documents.close();
  client.dispose();
}

function units() {
  const of = (name: string, run: () => Promise<number>) => ({
    subject: 'request units',
    name,
    unit: 'RU',
    better: 'less' as const,
    run,
  });
  return [
    of('an update of a vector', () => cost(() => documents.write(vectors('known')), count)),
    of('the same, new to the process', () => renewed(cold => costOf(cold, () => cold.write(vectors('cold')), count))),
    of('the plan of an epoch', appended),
    of('a list of 100, read', () =>
      cost(() => documents.get({ collection: 'recommendations', partition: 'ann', id: 'ann' }), 1),
    ),
  ];
}

function times() {
  const of = (name: string, run: () => Promise<number>) => ({
    subject: 'the loop',
    name,
    unit: 'ms',
    better: 'less' as const,
    run,
  });
  return [
    of(
      'from an order to the list that it has changed, half of them',
      ofLoop(({ p50_ms }) => p50_ms),
    ),
    of(
      'the same, 99 of 100',
      ofLoop(({ p99_ms }) => p99_ms),
    ),
    of(
      'the first list of a process that only serves, from its start',
      ofLoop(({ firstAnswer_ms }) => firstAnswer_ms),
    ),
  ];
}

function vectors(prefix: string): DocumentWrite[] {
  epoch += 1;
  return Array.from({ length: count }, (_, n) => {
    const id = `${prefix}-${n}`;
    const body = { id, generation: 1, number: epoch, factors, exponent: 9, bias: 0.5, events: n };
    return {
      collection: 'userVectors',
      partition: id,
      id,
      task: 'train/0',
      version: { lineage: 0, epoch, seq: n },
      body,
    };
  });
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - from);
}

async function upsertPlainly(container: Container): Promise<void> {
  const all = vectors('plain').map(({ id, body }) => ({ ...body, id }));
  for (let at = 0; at < all.length; at += together)
    await Promise.all(all.slice(at, at + together).map(item => container.items.upsert(item)));
}

/** As a process that has just started. */
async function renewed(work: (cold: CosmosDocuments) => Promise<number>): Promise<number> {
  const cold = await openDocuments(fixture);
  try {
    return await work(cold);
  } finally {
    await cold.close();
  }
}

function cost(work: () => Promise<unknown>, of: number): Promise<number> {
  return costOf(documents, work, of);
}

async function costOf(at: CosmosDocuments, work: () => Promise<unknown>, of: number): Promise<number> {
  const before = total(at);
  await work();
  return Math.round(((total(at) - before) / of) * 1_000) / 1_000; // two digits is what the service tells
}

function total(at: CosmosDocuments): number {
  return at.charges().reduce((sum, { requestUnits }) => sum + requestUnits, 0);
}

async function appended(): Promise<number> {
  const items = Array.from({ length: 100 }, (_, n) => ({
    itemId: `item-${n}`,
    score: 1 / (n + 1),
    reason: 'personal',
  }));
  await documents.put(
    { collection: 'recommendations', partition: 'ann', id: 'ann' },
    { userId: 'ann', items },
    'always',
  );
  const task = `train/${(epoch += 1)}`;
  const { fence } = await documents.journal.takeFence(task);
  const plan = JSON.stringify({ spans: Array.from({ length: 8 }, (_, n) => [n, 1_000 * n, 1_000]) });
  return cost(async () => {
    for (let n = 1; n <= 20; n += 1) await documents.journal.append(task, fence, { epoch: n, plan });
  }, 20);
}

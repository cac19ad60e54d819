/** A shop that is open for a minute: rated, ordered from, asked, and left alone, each by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import { database, makeContainers } from '../../../test/support/cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../../../test/support/cosmos/process.ts';
import { drawer } from '../als/draw.ts';
import { Served } from '../served.ts';
import { fill, itemIdOf, userIdOf } from './fill.ts';
import { main, ran } from './ran.ts';
import { between, read } from './readings.ts';

export interface LiveShop {
  readonly use: 'fit' | 'held out';
  readonly users: number;
  readonly everyVersions: number;
}

export const liveShops: readonly LiveShop[] = [
  { use: 'fit', users: 2_000, everyVersions: 1_000_000 },
  { use: 'fit', users: 2_000, everyVersions: 64 },
  { use: 'held out', users: 4_000, everyVersions: 200 },
];

const items = 1_000;
const ratings = 20_000;
const seconds = 6;
/** So long nothing is written before it counts that nothing is. */
const calm_ms = 3_000;
const mostLooks = 100;

type Row = Record<string, string | number>;

export async function* lived(shop: LiveShop): AsyncGenerator<Row> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await startFixtureProcess());
  await makeContainers(
    fixture,
    containers.map(({ name }) => name),
  );
  const data = mkdtempSync(join(tmpdir(), 'millrace-sizing-'));
  stack.defer(() => rmSync(data, { recursive: true, force: true }));
  const settings = settingsOf(fixture, shop);
  await fill(data, { users: shop.users, items, ratings });
  await ran([main, 'run', '--until-caught-up', '--data', data, '--json'], data, settings);
  const served = stack.use(await Served.start('start', data, [], settings));
  const visit = visits(served.url, shop.users);
  const row = (what: string, count: number, work: () => Promise<unknown>): Promise<Row> =>
    told({ served, data, shop, what, count, work });

  await calm(served, data);
  yield await row('seconds without any', seconds, () => sleep(seconds * 1_000));
  for (const rate of [2, 10, 100])
    yield await row('ratings', rate * seconds, () => paced(rate, rate * seconds, () => visit.rate()));
  yield await row('orders of a line', 2 * seconds, () => paced(2, 2 * seconds, n => visit.order(n)));
}

const settingsOf = ({ endpoint, key }: FixtureProcess, { everyVersions }: LiveShop) => ({
  MILLRACE_DOCUMENTS: 'cosmos',
  MILLRACE_COSMOS_ENDPOINT: endpoint,
  MILLRACE_COSMOS_KEY: key,
  MILLRACE_COSMOS_DATABASE: database,
  MILLRACE_LISTS_EVERY_VERSIONS: String(everyVersions),
  MILLRACE_MODEL_GENERATIONS_AUTOMATIC: 'false',
  MILLRACE_GENERATE_RATE: '0',
});

interface Told {
  readonly served: Served;
  readonly data: string;
  readonly shop: LiveShop;
  readonly what: string;
  readonly count: number;
  readonly work: () => Promise<unknown>;
}

/** All that follows from the work is in the row. */
async function told({ served, data, shop, what, count, work }: Told): Promise<Row> {
  const [before, began] = [await read(served, data), performance.now()];
  await work();
  await calm(served, data);
  const { requestUnits, byCollection, records, bytes, outside, versions, cpu_s } = between(
    before,
    await read(served, data),
  );
  return {
    ...shop,
    what,
    count,
    versions,
    seconds: rounded((performance.now() - began) / 1_000),
    'request units': rounded(requestUnits),
    'most of them for': mostOf(byCollection),
    records,
    bytes,
    'bytes outside': outside,
    's of processor': rounded(cpu_s),
  };
}

const mostOf = (byCollection: ReadonlyMap<string, number>): string =>
  [...byCollection]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([name, units]) => `${name} ${Math.round(units)}`)
    .join(', ');

/** What is written whether or not anything happens: an epoch for each marker, and who is alive. */
const always = new Set(['journals', 'leases', 'orders', 'quality']);
/** What feeds cost that are looked at meanwhile; two lists are more. */
const looks_units = 30;

/** Until all that follows from what came before is in the documents. */
async function calm(served: Served, data: string): Promise<void> {
  let known = await working(served, data);
  for (let looks = 0; looks < mostLooks; looks++) {
    await sleep(calm_ms);
    const now = await working(served, data);
    if (now.versions === known.versions && now.units - known.units < looks_units) return;
    known = now;
  }
  throw new Error(`Documents are written all the time: ${known.units} request units by now`);
}

async function working(served: Served, data: string) {
  const { versions, byCollection } = await read(served, data);
  const units = [...byCollection].reduce((sum, [name, each]) => sum + (always.has(name) ? 0 : each), 0);
  return { versions, units };
}

/** Each at its time; all are answered in the end. */
async function paced(perSecond: number, count: number, work: (n: number) => Promise<void>): Promise<void> {
  const began = performance.now();
  const under: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const due = began + (n * 1_000) / perSecond - performance.now();
    if (due > 0) await sleep(due);
    under.push(work(n));
  }
  await Promise.all(under);
}

function visits(url: string, users: number) {
  const draw = drawer(1);
  const pair = () => ({ userId: userIdOf(Math.floor(draw() * users)), itemId: itemIdOf(Math.floor(draw() * items)) });
  const post = (path: string, body: object): Promise<void> =>
    ask(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    rate: () => post('/v2/ratings', { ...pair(), value: 4 }),
    order: (n: number) => {
      const { userId, itemId } = pair();
      return post('/v2/orders', { userId, orderId: `order-${n}`, lines: [{ itemId, quantity: 1 }] });
    },
  };
}

/** Once more where the server says that it cannot now: the machine may have other work. */
async function ask(url: URL, init: RequestInit = {}, left = 10): Promise<void> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (answer.status === 503 && left > 0) {
    await sleep(1_000);
    return ask(url, init, left - 1);
  }
  if (!answer.ok) throw new Error(`${url.pathname} answered ${answer.status}: ${text}`);
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/**
 * How many recommendations a second does the API answer, and how soon, while ratings stream in: one process with the
 * engine in it, one that only serves, one that remembers no answers, both together, and a bare server of Node, each as
 * fast as it can; and how soon at a steady rate; how soon a rating or an order has changed the list; how soon a process
 * answers; and a basket against a million items. About five minutes: `node bench/api.ts [SECONDS] [ITEMS]`
 */
import autocannon, { type Result } from 'autocannon';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from './support/freshness.ts';
import { basketOf } from './support/basket.ts';
import { order, rating, untilListed } from './support/listed.ts';
import { Served } from './support/served.ts';
import { askSteadily } from './support/steady.ts';
import { machine, repeat, write } from './support/write.ts';

const [seconds = 15, items = 1_000_000] = process.argv.slice(2).map(Number);
/** Ratings that stream in each second, and connections that ask at the same time. */
const [rate, connections] = [50, 16];
const users = Array.from({ length: 500 }, (_, n) => String(n + 1));
/** Requests a second that come at their times, and how many connections they have. */
const [half, aimed, places] = [5_000, 10_000, 64];
const baskets = 200;
const [ratings, orders] = [200, 200];

const paths = users.map(user => `/v2/users/${user}/recommendations`);
const requests = paths.map(path => ({ path }));

interface Asked extends Result {
  /** Seconds of a processor that the server used for it. */
  readonly cpu_s: number | null;
}

const ask = async (served: Served, duration = seconds): Promise<Asked> => {
  const before = await served.cpu_s();
  const result = await autocannon({ url: served.url, connections, duration, requests });
  const after = await served.cpu_s();
  return { ...result, cpu_s: before === null || after === null ? null : after - before };
};

type Row = Record<string, string | number | null>;
const rows: Row[] = [];
const row = (what: string, figures: Partial<Row>): void => {
  rows.push({ what, 'requests/s': null, 'a CPU second': null, p50: null, p99: null, 'p99.9': null, ...figures });
  console.log(JSON.stringify(rows.at(-1)));
};

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
try {
  await using started = await Served.start('start', folder, ['--generate', String(rate)]);
  await using served = await Served.start('serve', folder, []);
  const forgetful = { MILLRACE_SERVING_REMEMBERED_BYTES: '0' };
  await using without = await Served.start('serve', folder, [], forgetful);
  await using bare = await Served.program(join(import.meta.dirname, 'support/bare-server.ts'), [served.url]);
  row('first answer of a process that only serves, after its start', { p50: served.firstAnswer_ms });
  for (const one of [started, served, without, bare]) await ask(one, 5); // warm
  loaded('one process, the engine in it', [await ask(started)]);
  loaded('one process that only serves', [await ask(served)]);
  loaded('the same without remembered answers', [await ask(without)]);
  loaded('both at once', await Promise.all([ask(started), ask(served)]));
  loaded('a bare server of Node with the same bytes', [await ask(bare)]);
  await steadily('one process, the engine in it', started, half);
  for (const perSecond of [half, aimed]) {
    await steadily('one process that only serves', served, perSecond);
    await steadily('the same without remembered answers', without, perSecond);
  }
  spread('from a rating to the list that it has changed', await untilListed(served.url, users, ratings, rating));
  spread('from an order to the list that it has changed', await untilListed(served.url, users, orders, order));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const against = `basket of 5 against ${items.toLocaleString('en')} items of 50 factors`;
const { search, readable } = await basketOf(items, baskets);
spread(against, [...search.times_ms]);
spread('the same by the readable sums of all items', [...readable.times_ms]);
row('the longest that others waited for their turn, meanwhile', { p99: Math.round(search.standstill_ms * 10) / 10 });

write({
  kind: 'table',
  name: 'api',
  question: `Recommendations over HTTP by ${connections} connections for ${seconds} s, while ${rate} ratings a second stream in`,
  repeat: repeat(),
  machine: machine(),
  notes: [
    'Lists of ten of 500 users of MovieLens latest-small; autocannon runs on the same machine and takes its share of it.',
    'p50, p99 and p99.9 are milliseconds; of two processes the worse.',
    `At a steady rate each request has its time, whether or not those before are answered, on ${places} connections; its latency counts from then. Where the rate is not held, requests/s says what was.`,
    'A rating or an order is posted to the process that only serves, which the log tells of what the other has learnt; an order goes through its document, the change feed and the connector. Both end with the answer of the list that has learnt it.',
    'A CPU second is one of a processor that the server used, the engine in it included; what autocannon uses is not in it.',
    'The 500 lists are asked for again and again, so that most answers are remembered ones; without them each is made anew.',
    'A basket is solved and scored in the process that is asked, without HTTP between.',
  ],
  settings: { seconds, connections, rate, places, items, baskets, ratings, orders },
  columns: [
    { name: 'what' },
    { name: 'requests/s', better: 'more' },
    { name: 'a CPU second', better: 'more' },
    { name: 'p50', better: 'less' },
    { name: 'p99', better: 'less' },
    { name: 'p99.9', better: 'less' },
  ],
  rows,
});

function loaded(what: string, results: readonly Asked[]): void {
  const failed = results.reduce((sum, { errors, timeouts, non2xx }) => sum + errors + timeouts + non2xx, 0);
  if (failed > 0) throw new Error(`${failed} requests of '${what}' were not answered`);
  const worst = (share: 'p50' | 'p99' | 'p99_9') => Math.max(...results.map(({ latency }) => latency[share]));
  const perSecond = results.reduce((sum, { requests: { average } }) => sum + average, 0);
  const total = results.reduce((sum, { requests: { total: n } }) => sum + n, 0);
  const cpu_s = results.reduce<number | null>(
    (sum, one) => (sum === null || one.cpu_s === null ? null : sum + one.cpu_s),
    0,
  );
  const perCpuSecond = cpu_s === null || cpu_s === 0 ? null : Math.round(total / cpu_s);
  row(what, {
    'requests/s': Math.round(perSecond),
    'a CPU second': perCpuSecond,
    p50: worst('p50'),
    p99: worst('p99'),
    'p99.9': worst('p99_9'),
  });
}

async function steadily(what: string, served: Served, perSecond: number): Promise<void> {
  const before = await served.cpu_s();
  const asked = await askSteadily({ url: served.url, connections: places, perSecond, seconds, paths });
  const after = await served.cpu_s();
  const cpu_s = before === null || after === null ? 0 : after - before;
  row(`${what}, at ${perSecond.toLocaleString('en')} requests a second`, {
    'requests/s': Math.round(asked.perSecond),
    'a CPU second': cpu_s === 0 ? null : Math.round((asked.perSecond * seconds) / cpu_s),
    ...sharesOf(asked.latencies_ms),
  });
}

function spread(what: string, times_ms: number[]): void {
  const { p50, p99 } = sharesOf(times_ms.sort((a, b) => a - b));
  row(what, { p50, p99 });
}

function sharesOf(sorted_ms: readonly number[]): { p50: number; p99: number; 'p99.9': number } {
  const at = (share: number) => Math.round(percentile(sorted_ms, share) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), 'p99.9': at(0.999) };
}

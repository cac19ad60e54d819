/**
 * How many recommendations a second does the API answer, and how soon, while ratings stream in: one process with the
 * engine in it, one that only serves, one that remembers no answers, both together, and a bare server of Node; how soon a rating has changed the list; how soon a process
 * answers; and a basket against a million items. About five minutes: `node bench/api.ts [SECONDS] [ITEMS]`
 */
import autocannon, { type Result } from 'autocannon';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from './support/freshness.ts';
import { basketOf } from './support/basket.ts';
import { Served } from './support/served.ts';
import { machine, repeat, write } from './support/write.ts';

const [seconds = 15, items = 1_000_000] = process.argv.slice(2).map(Number);
/** Ratings that stream in each second, and connections that ask at the same time. */
const [rate, connections] = [50, 16];
const users = Array.from({ length: 500 }, (_, n) => String(n + 1));
const baskets = 200;
const ratings = 200;

const requests = users.map(user => ({ path: `/v2/users/${user}/recommendations` }));

interface Asked extends Result {
  /** Seconds of a processor that the server used for it. */
  readonly cpu_s: number | null;
}

const ask = async (served: Served): Promise<Asked> => {
  const before = await served.cpu_s();
  const result = await autocannon({ url: served.url, connections, duration: seconds, requests });
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
  for (const one of [started, served, without, bare]) await ask(one); // warm
  loaded('one process, the engine in it', [await ask(started)]);
  loaded('one process that only serves', [await ask(served)]);
  loaded('the same without remembered answers', [await ask(without)]);
  loaded('both at once', await Promise.all([ask(started), ask(served)]));
  loaded('a bare server of Node with the same bytes', [await ask(bare)]);
  spread('from a rating to the list that has learnt it', await untilListed(served.url));
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
    'A CPU second is one of a processor that the server used, the engine in it included; what autocannon uses is not in it.',
    'The 500 lists are asked for again and again, so that most answers are remembered ones; without them each is made anew.',
    'A basket is solved and scored in the process that is asked, without HTTP between.',
  ],
  settings: { seconds, connections, rate, items, baskets, ratings },
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

function spread(what: string, times_ms: number[]): void {
  const sorted = times_ms.sort((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(sorted, share) * 10) / 10;
  row(what, { p50: at(0.5), p99: at(0.99), 'p99.9': null });
}

/** One after the other: a rating is posted, and its user's list asked for that has learnt it. */
async function untilListed(url: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < ratings; n++) {
    const userId = users[(n * 7) % users.length] ?? '1';
    const body = JSON.stringify({ userId, itemId: String(1 + (n % 50)), value: 1 + (n % 5) });
    const began = performance.now();
    const headers = { 'content-type': 'application/json' };
    const place = await json(new URL('/v2/ratings', url), { method: 'POST', headers, body });
    const list = new URL(`/v2/users/${userId}/recommendations?wait=10000`, url);
    list.searchParams.set('after', `${String(place['partition'])}:${String(place['offset'])}`);
    for (let asked = 0; (await json(list))['learnt'] !== true; asked++)
      if (asked === 3) throw new Error(`The list of ${userId} did not learn a rating within 40 s`);
    times.push(performance.now() - began);
  }
  return times;
}

async function json(url: URL, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`);
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

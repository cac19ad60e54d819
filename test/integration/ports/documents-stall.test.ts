/** Documents that take no write for a while, at full input: the process waits, and holds no more than before. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded, type Ports } from '../../../src/app/compose.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { guarded } from '../../../src/sqlite.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { consumed } from '../../support/consumer.ts';
import { orderly, WorkerProcess } from '../../support/kill-child.ts';
import { type Parcel, parcels, topologies, weights } from '../../support/parcels.ts';

const app = fileURLToPath(new URL('../../support/parcels.ts', import.meta.url));
/** MILLRACE_STALL_SECONDS=60 is the proof at its full length. */
const stall_ms = Number(process.env['MILLRACE_STALL_SECONDS'] ?? 8) * 1_000;
const deadline_ms = 300_000 + 2 * stall_ms;
const partitions = 2;
/** Of the worker process: what all of its epochs together may hold. */
const budgetBytes = 1 << 24;
/** Sent during the stall: if a quarter of it were held, memory would have grown by the budget. */
const inputThatShows = 4 * budgetBytes;
const contentBytes = 64 * 1024;
const inputEachMs = 100;
const inputAtOnce = 20;
const boxes = 7;
let data: string;
let sent: Parcel[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-stall-'));
  sent = [];
});
afterEach(() => rmSync(data, { recursive: true }));

test(
  `while documents stall for ${stall_ms / 1_000} s at full input, memory stays flat and intake waits; then it catches up`,
  { timeout: deadline_ms },
  async () => {
    await using ports = await openEmbedded(data);
    for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
    const child = new WorkerProcess(data, 'live', AbortSignal.timeout(deadline_ms), '', app);
    const said: string[] = [];
    child.lines.on('line', line => said.push(line));
    let hasEnded = false;
    void child.ended.then(() => (hasEnded = true));
    const saidOfEach = (what: RegExp) => (): boolean =>
      hasEnded || [0, 1].every(task => said.some(line => line.startsWith(`weigh/${task} `) && what.test(line)));

    await inputUntil(ports, saidOfEach(/checkpoint after/));
    {
      using stack = new DisposableStack();
      stack.use(lockDocuments());
      await inputUntil(ports, saidOfEach(/waiting .*documents\.db: database is locked/));
      expect(hasEnded, `the worker said: ${said.slice(-3).join(' | ')}`).toBe(false);
      const from = { said: said.length, sent: sent.length, rss: rssOf(child) };
      let peak = from.rss;
      const end = performance.now() + stall_ms;
      await inputUntil(ports, () => {
        peak = Math.max(peak, rssOf(child));
        return performance.now() > end && (sent.length - from.sent) * contentBytes > inputThatShows;
      });
      const pulled = said.slice(from.said).filter(line => line.includes(' pull '));
      expect(pulled, 'a task that waits takes in nothing').toEqual([]);
      expect(peak - from.rss, 'bytes that memory grew by').toBeLessThan(budgetBytes);
    }
    await expect.poll(() => lag(ports)).toBe(0);
    child.stop();
    expect(await child.ended).toEqual(orderly);
    expect(await outcome(ports)).toEqual(demanded());
  },
);

/** Sends at a steady pace until the condition holds. */
async function inputUntil(ports: Ports, holds: () => boolean): Promise<void> {
  for await (const _ of setInterval(inputEachMs)) {
    if (holds()) return;
    const some = Array.from({ length: inputAtOnce }, (_unused, n) => parcel(sent.length + n));
    await appendFromOutside(
      ports.transport,
      parcels.name,
      some.map(each => recordOf(parcels, each)),
      0,
    );
    sent.push(...some);
  }
}

const parcel = (id: number): Parcel => ({
  id,
  box: `box ${id % boxes}`,
  content: Buffer.alloc(contentBytes - (id % 100), id),
  at: 1_000_000 + id,
});

/** As another program does that writes for a long time. */
function lockDocuments(): Disposable {
  const db = new DatabaseSync(join(data, 'documents.db'));
  guarded(db, () => db.exec('BEGIN EXCLUSIVE'));
  return db;
}

const rssOf = ({ pid }: WorkerProcess): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) * 1_024;

/** Records that the task has not told to be done with. */
async function lag({ transport }: Ports): Promise<number> {
  const done = await transport.committed('weigh');
  let behind = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const { end } = await transport.bounds({ topic: parcels.name, partition });
    behind += end - (done.find(at => at.partition === partition)?.offset ?? 0);
  }
  return behind;
}

async function outcome({ transport, documents }: Ports): Promise<object> {
  const served = await documents.list({ collection: 'boxes', limit: 100 });
  const weighed = await consumed(transport, weights);
  return {
    weighed: Map.groupBy(weighed, ({ box }) => box),
    served: new Map(served.map(({ id, body }) => [id, body])),
  };
}

/** Reckoned from what was sent. */
function demanded(): object {
  const ofBox = Map.groupBy(sent, ({ box }) => box);
  const weighed = [...ofBox].map(([box, all]) => {
    let bytes = 0;
    return [
      box,
      all.map(({ id, content, at }, n) => ({ box, parcels: n + 1, bytes: (bytes += content.length), last: id, at })),
    ] as const;
  });
  const served = weighed.map(
    ([box, all]) => [box, (({ bytes, last }) => ({ bytes, last }))(all.at(-1) ?? nothing)] as const,
  );
  return { weighed: new Map(weighed), served: new Map(served) };
}

const nothing = { bytes: 0, last: -1 };

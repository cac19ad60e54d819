/** Cosmos DB that throttles, answers nothing or is gone for a while, at full input: intake waits, memory stays flat. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openPorts, type Ports } from '../../../src/app/compose.ts';
import { cosmosSection } from '../../../src/app/cosmos-config.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { database, makeContainers } from '../../support/cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../../support/cosmos/process.ts';
import { trouble_ms, troubles } from '../../support/cosmos/troubles.ts';
import { orderly, WorkerProcess } from '../../support/kill-child.ts';
import { type Parcel, parcels, topologies } from '../../support/parcels.ts';
import type { Place } from '../../support/place.ts';

const app = fileURLToPath(new URL('../../support/parcels.ts', import.meta.url));
const deadline_ms = 300_000 + 2 * trouble_ms;
const partitions = 2;
/** Of the worker process: what all of its epochs together may hold. */
const budgetBytes = 1 << 24;
const contentBytes = 64 * 1024;
const inputEachMs = 100;
const inputAtOnce = 20;
const boxes = 7;

test.for(Object.entries(troubles))(
  `after ${trouble_ms / 1_000} s of %s under load nothing is lost or doubled, and memory stayed flat`,
  { timeout: deadline_ms },
  async ([, trouble]) => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-cosmos-'));
    onTestFinished(() => rmSync(data, { recursive: true }));
    await using fixture = await startFixtureProcess();
    await makeContainers(fixture, ['journals', 'boxes', 'millrace-namespaces']);
    const place = placeAt(data, fixture);
    await using ports = await openPorts(place);
    for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
    const child = new WorkerProcess(place, 'live', AbortSignal.timeout(deadline_ms), '', app);
    const said: string[] = [];
    child.lines.on('line', line => said.push(line));
    let hasEnded = false;
    void child.ended.then(() => (hasEnded = true));
    const endedOr = (holds: () => boolean) => () => hasEnded || holds();
    const sent: Parcel[] = [];

    await inputUntil(
      ports,
      sent,
      endedOr(() => said.some(line => /checkpoint after/.test(line))),
    );
    expect(hasEnded, `the worker said: ${said.slice(-3).join(' | ')}`).toBe(false);
    const before = rssOf(child);
    let peak = before;
    await trouble(fixture, async () => {
      const end = performance.now() + trouble_ms;
      await inputUntil(
        ports,
        sent,
        endedOr(() => {
          peak = Math.max(peak, rssOf(child));
          return performance.now() > end;
        }),
      );
    });
    expect(peak - before, 'bytes that memory grew by').toBeLessThan(4 * budgetBytes);
    await expect.poll(() => lag(ports), { timeout: deadline_ms, interval: 200 }).toBe(0);
    child.stop();
    expect(await child.ended).toEqual(orderly);
    const served = await ports.documents.list({ collection: 'boxes', limit: 100 });
    expect(new Map(served.map(({ id, body }) => [id, body]))).toEqual(demanded(sent));
  },
);

const placeAt = (data: string, { endpoint, key }: FixtureProcess): Place => ({
  data,
  transport: 'embedded',
  documents: 'cosmos',
  cosmos: cosmosSection.parse({ endpoint, key, database, timeout_ms: 2_000, throughput: {} }),
});

/** Sends at a steady pace until the condition holds. */
async function inputUntil({ transport }: Ports, sent: Parcel[], holds: () => boolean): Promise<void> {
  for await (const _ of setInterval(inputEachMs)) {
    if (holds()) return;
    const some = Array.from({ length: inputAtOnce }, (_unused, n) => parcel(sent.length + n));
    await appendFromOutside(
      transport,
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

/** Reckoned from what was sent. */
function demanded(sent: readonly Parcel[]): Map<string, object> {
  const served = new Map<string, { bytes: number; last: number }>();
  for (const { id, box, content } of sent)
    served.set(box, { bytes: (served.get(box)?.bytes ?? 0) + content.length, last: id });
  return served;
}

/** Replays while the live stream goes on: neither notices the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Item, Rating } from '../../schemas/types.ts';
import { items, ratings } from '../../topologies/streams.ts';
import { openPorts, type Ports } from '../../src/app/compose.ts';
import type { JsonObject } from '../../src/documents/port.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { json, started } from '../support/cli.ts';

const films = 40;
const users = 25;
const chunks = 24;
const inChunk = 50;
const hour = 3_600_000;
const begin = Date.UTC(2026, 0, 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-live-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const film = (n: number): Item => ({
  itemId: `f${n}`,
  title: `Film ${n}`,
  tenant: '',
  genres: ['Drama'],
  tags: [],
  available: true,
  time: begin,
});

/** The same whenever it is asked for: event time goes on a minute with each. */
const rating = (n: number): Rating => ({
  eventId: `e${n}`,
  tenant: '',
  userId: `u${(n * 7) % users}`,
  sessionId: '',
  itemId: `f${(n * 11 + Math.floor(n / films)) % films}`,
  kind: 'rating',
  value: 1 + (n % 5),
  time: begin + n * (hour / 60),
});

/** Appends a chunk and waits until the live tasks have taken it up. */
async function feed({ transport }: Ports, chunk: number): Promise<void> {
  const events = Array.from({ length: inChunk }, (_, n) => recordOf(ratings, rating(chunk * inChunk + n)));
  await appendFromOutside(transport, ratings.name, events, Date.now());
  const deadline = Date.now() + 240_000;
  while ((await committed(transport)) < (chunk + 1) * inChunk) {
    if (Date.now() > deadline) throw new Error(`The live tasks have not come to the end of chunk ${chunk}`);
    await setTimeout(20);
  }
}

const committed = async (transport: Ports['transport']): Promise<number> =>
  (await transport.committed('intake')).reduce((sum, { offset }) => sum + offset, 0);

/** Runs the live topologies over all chunks, and `beside` meanwhile. Answers what they have made. */
async function liveRun(name: string, beside: (data: string) => Promise<unknown>): Promise<unknown> {
  const data = join(folder, name);
  await json('run', '--until-caught-up', '--data', data, '--partitions', '2');
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
  const catalogue = Array.from({ length: films }, (_, n) => recordOf(items, film(n)));
  await appendFromOutside(ports.transport, items.name, catalogue, Date.now());
  const { child, stop } = started('run', '--data', data);
  onTestFinished(() => void child.kill('SIGKILL'));
  for (let chunk = 0; chunk < 4; chunk++) await feed(ports, chunk);
  let others: Promise<unknown> | undefined;
  for (let chunk = 4; chunk < chunks; chunk++) {
    if (chunk === 6) others = beside(data);
    await feed(ports, chunk);
  }
  await others;
  expect(await stop()).toMatchObject({ code: 0 });
  return await madeIn(ports);
}

/** A profile names the version with which it was written: of a live run that is one of many. */
const withoutVersion = (body: JsonObject): unknown => ({ ...body, generation: 0, number: 0, list: '' });

/** What the topologies have made of the events, without what tells when and in which epoch. */
async function madeIn({ documents }: Ports): Promise<unknown> {
  const made: unknown[] = [];
  for (const collection of ['items', 'aggregates', 'profiles'])
    for (const { partition, id, body } of await documents.list({ collection, limit: 100_000 }))
      made.push([collection, partition, id, collection === 'profiles' ? withoutVersion(body) : body]);
  return made;
}

test('live tasks make the same with replays beside them as without, and replays the same as they', async () => {
  const replays: Record<string, unknown>[] = [];
  const disturbed = await liveRun('disturbed', async data => {
    for (const into of ['first', 'second']) replays.push(await json('replay', '--into', into, '--data', data));
  });
  const undisturbed = await liveRun('undisturbed', async () => {});
  expect(replays).toMatchObject([{ finished: true }, { finished: true }]);
  expect(disturbed).toEqual(undisturbed);
  // Over all events, in both folders: the same to the last bit, and what the live tasks have made.
  const after: Record<string, unknown>[] = [];
  for (const name of ['disturbed', 'undisturbed']) {
    const data = join(folder, name);
    const { accepted, modelHash, recommendationsHash } = await json('replay', '--into', 'after', '--data', data);
    after.push({ accepted, modelHash, recommendationsHash });
    await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite', namespace: 'after' });
    expect(await madeIn(ports)).toEqual(undisturbed);
  }
  expect(after[0]).toMatchObject({ accepted: chunks * inChunk });
  expect(after[0]).toEqual(after[1]);
});

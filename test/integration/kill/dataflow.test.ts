/** The recommender itself, killed: final windows, vectors and lists are those of a run that nobody disturbed. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { steps } from '../../../src/engine/epoch.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { topologies } from '../../../topologies/index.ts';
import * as streams from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { killed, orderly, WorkerProcess } from '../../support/kill-child.ts';
import { Random } from '../../support/random.ts';

const app = fileURLToPath(new URL('../../../topologies/index.ts', import.meta.url));
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
const deadline_ms = 60_000;
const kills = 20;
const partitions = 2;
let folder: string;
let undisturbed: Awaited<ReturnType<typeof outcome>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dataflow-'));
  await using ports = await openEmbedded(join(folder, 'backlog'));
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
  const sent = events(400, new Random(5)).map(event => recordOf(streams.ratings, event));
  await appendFromOutside(ports.transport, streams.ratings.name, sent, Date.now());
  cpSync(join(folder, 'backlog'), join(folder, 'calm'), { recursive: true });
  await drain(join(folder, 'calm'));
  undisturbed = await outcome(join(folder, 'calm'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('an undisturbed run has windows, vectors, lists and dead letters to compare with', () => {
  expect(undisturbed).toMatchObject({ versions: 1 });
  const { windows, vectors, lists, profiles, letters } = undisturbed;
  for (const part of [windows, vectors, lists, profiles, letters]) expect(Object.keys(part).length).toBeGreaterThan(5);
});

test(`killed ${kills} times at random moments (MILLRACE_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const data = copy('random');
  for (let kill = 0; kill < kills; kill++) {
    const child = worker(data, 'live');
    let said = 0;
    const lines = random.between(1, 60);
    for await (const _ of child.lines) if (++said >= lines) break;
    child.kill();
    expect(await child.ended).toEqual(killed);
    if (random.chance(0.2))
      for (const end of ['', '-wal', '-shm']) rmSync(join(data, `state.db${end}`), { force: true });
  }
  await drain(data);
  expect(await outcome(data)).toEqual(undisturbed);
});

describe.each(['train', 'recommend'])('killed in an epoch of %s', topology => {
  test.each(steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]))(
    '%s the step %s',
    async (moment, step) => {
      const data = copy(`${topology}-${step}-${moment}`);
      const child = worker(data, 'live', `${topology}.${step}:${moment}:2`);
      child.lines.resume();
      expect(await child.ended).toEqual(killed);
      await drain(data);
      expect(await outcome(data)).toEqual(undisturbed);
    },
  );
});

/** Two tastes, three kinds, a tenth of it worthless. */
function events(count: number, random: Random): Rating[] {
  const start = Date.UTC(2020, 0, 1);
  return Array.from({ length: count }, (_, n) => {
    const user = random.below(12);
    const item = random.below(30);
    const value = random.chance(0.1) ? NaN : (user + item) % 2 === 0 ? 5 : 1;
    const ids = { eventId: `e${n}`, tenant: '', userId: `u${user}`, sessionId: '', itemId: `i${item}` };
    return { ...ids, kind: 'rating' as const, value, time: start + n * 600_000 };
  });
}

/** The last value of each key, and of each window; whatever was emitted on the way. */
async function outcome(data: string) {
  await using ports = await openEmbedded(data);
  const last = async <T>(stream: Stream<T>, id: (value: T) => string, what: (value: T) => unknown) =>
    Object.fromEntries((await consumed(ports.transport, stream)).map(value => [id(value), what(value)]));
  const profiles = await ports.documents.list({ collection: 'profiles', limit: 1_000 });
  const versions = await consumed(ports.transport, streams.modelVersions);
  return {
    versions: versions.length,
    hash: versions.map(({ hash, number }) => `${hash} ${number}`),
    windows: await last(
      streams.itemTrends,
      t => `${t.window} ${t.itemId} ${t.start}`,
      ({ count, sum }) => [count, sum],
    ),
    vectors: {
      ...(await last(
        streams.userVectors,
        ({ id }) => id,
        ({ factors, bias }) => [factors.toString('hex'), bias],
      )),
      ...(await last(
        streams.itemVectors,
        ({ id }) => id,
        ({ factors, bias }) => [factors.toString('hex'), bias],
      )),
    },
    lists: await last(
      streams.recommendations,
      ({ userId }) => userId,
      ({ items, number }) => [number, items.map(item => ({ ...item }))],
    ),
    profiles: Object.fromEntries(profiles.map(({ id, body }) => [id, body])),
    letters: await last(
      deadLetters,
      ({ topic, partition, offset }) => `${topic}/${partition}@${offset}`,
      ({ reason }) => reason,
    ),
  };
}

function copy(name: string): string {
  const data = join(folder, name);
  cpSync(join(folder, 'backlog'), data, { recursive: true });
  return data;
}

const worker = (data: string, mode: 'live' | 'drain', kill = ''): WorkerProcess =>
  new WorkerProcess(data, mode, AbortSignal.timeout(deadline_ms), kill, app);

async function drain(data: string): Promise<void> {
  const child = worker(data, 'drain');
  child.lines.resume();
  expect(await child.ended).toEqual(orderly);
}

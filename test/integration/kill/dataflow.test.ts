/** The recommender itself, killed: final windows, vectors and lists are those of a run that nobody disturbed. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/app/compose.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { steps } from '../../../src/engine/epoch.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { topologies } from '../../../topologies/index.ts';
import * as streams from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { killed, orderly, WorkerProcess } from '../../support/kill-child.ts';
import { ratings, recommendedAs } from '../../support/kill-recommender.ts';
import { Random } from '../../support/random.ts';

const app = fileURLToPath(new URL('../../../topologies/index.ts', import.meta.url));
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
const deadline_ms = 180_000;
const kills = 20;
const partitions = 2;
let folder: string;
let undisturbed: Awaited<ReturnType<typeof recommended>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dataflow-'));
  await using ports = await openEmbedded(join(folder, 'backlog'));
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
  const sent = ratings(400, new Random(5)).map(event => recordOf(streams.ratings, event));
  await appendFromOutside(ports.transport, streams.ratings.name, sent, Date.now());
  cpSync(join(folder, 'backlog'), join(folder, 'calm'), { recursive: true });
  await drain(join(folder, 'calm'));
  undisturbed = await recommended(join(folder, 'calm'));
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
  expect(await recommended(data)).toEqual(undisturbed);
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
      expect(await recommended(data)).toEqual(undisturbed);
    },
  );
});

async function recommended(data: string) {
  await using ports = await openEmbedded(data);
  return await recommendedAs(stream => consumed(ports.transport, stream), ports.documents);
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

/** Which records of the log are of somebody who was erased, and which of somebody new, or of somebody else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { erasedIn } from '../../../../src/recommender/jobs/scrub/erased.ts';
import {
  type Chooser,
  derived,
  erasures,
  ofSessions,
  ofUsers,
} from '../../../../src/recommender/jobs/scrub/records.ts';
import { openEmbeddedLog } from '../../../../src/transport/embedded/open.ts';
import { openLogRedaction } from '../../../../src/transport/embedded/redaction.ts';
import { Kind } from '../../../../src/transport/record.ts';
import { intake } from '../../../../topologies/intake.ts';
import { recommend } from '../../../../topologies/recommend.ts';
import { exposures, ratings } from '../../../../topologies/streams.ts';
import { trainWith } from '../../../../topologies/train.ts';
import { defaultLearner } from '../../../../src/recommender/domain/learner.ts';
import { recordsOfTopic } from '../../../support/log-records.ts';
import { World } from '../../../support/world.ts';
import { minute, rating, start } from '../../../topologies/events.ts';

const topologies = [intake, trainWith({ ...defaultLearner, model: { factors: 4, sweeps: 2 } }), recommend];
let folder: string;
let world: World;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-records-'));
  const path = join(folder, 'log.db');
  world = await World.of(topologies, {
    transport: () => openEmbeddedLog({ path, clock: () => world.clock.time }),
    partitions: 2,
  });
  await world.transport.createTopic(exposures.name, { partitions: 2 });
  world.clock.time = start;
});
afterEach(async () => {
  await world.transport.close();
  rmSync(folder, { recursive: true });
});

/** Half a minute later, by all clocks, and learnt. */
async function later(...events: readonly Parameters<typeof rating>[0][]): Promise<void> {
  world.clock.time += minute / 2;
  await world.send(ratings, ...events.map(event => rating({ time: world.clock.time, ...event })));
  await world.drain();
}

const note = (kind: 'alias' | 'erase', userId: string, sessionId = '') => ({
  kind,
  userId,
  sessionId,
  itemId: '',
  value: 0,
});
const shown = (userId: string) => ({
  eventId: `shown to ${userId} at ${world.clock.time}`,
  tenant: '',
  userId,
  sessionId: '',
  listId: 'l',
  slot: 'top',
  items: ['i1'],
  policy: 'live',
  propensity: 1,
  propensities: [],
  generation: 0,
  number: 0,
  time: world.clock.time,
});

/** All that is left by topic: the key and the beginning of what is said, of each value. */
async function scrubbed() {
  const log = openLogRedaction({ path: join(folder, 'log.db') });
  const found = await erasedIn({ transport: world.transport, registry: world.registry, log });
  const inRatings = [ofSessions, ofUsers].map(chooserOf => [ratings.name, chooserOf(found, world.registry)] as const);
  const redact = async (all: Iterable<readonly [string, Chooser]>): Promise<void> => {
    for (const [topic, chooser] of all)
      for (let partition = 0; partition < (await world.transport.partitions(topic)); partition++)
        await log.redact({ topic, partition }, batch => chooser(partition, batch));
  };
  await redact([...derived(found, world.registry), ...inRatings]);
  const before = await said(ratings.name);
  await redact([[ratings.name, erasures(found, world.registry)]]);
  log.close();
  return { found, before };
}

async function said(topic: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { record } of recordsOfTopic(world.transport, topic))
    if (record.kind === Kind.value) texts.push(`${record.key()} ${record.value().toString('latin1')}`);
  return texts;
}

const topics = ['ratings', 'ratings-by-item', 'user-vectors', 'recommendations', 'exposures', 'dead-letters'];
const mentions = async (text: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      topics.map(async topic => [topic, (await said(topic)).filter(each => each.includes(text)).length] as const),
    ),
  );

test('of each topic nothing is left of who was erased, and all of others', async () => {
  await later({ userId: 'ann-gone', itemId: 'i1' }, { userId: 'bob', itemId: 'i1' }, { userId: 'bob', itemId: 'i2' });
  await world.send(exposures, shown('ann-gone'), shown('bob'));
  await world.sendBytes(ratings, 'ann-gone', Buffer.from('no event'));
  await world.sendBytes(ratings, 'cyd', Buffer.from('{"userId":"ann-gone"}'));
  await world.sendBytes(ratings, 'bob', Buffer.from('nor this'));
  await later({ userId: 'ann-gone', itemId: 'i2', time: world.clock.time + 30 * minute }, note('erase', 'ann-gone'));
  const bob = await mentions('bob');
  expect(Object.values(await mentions('ann-gone')).every(count => count > 0)).toBe(true);
  const { found, before } = await scrubbed();
  expect([found.erased.size, found.waiting, found.eventIds.size]).toEqual([1, 0, 3]);
  expect(before.filter(text => text.startsWith('ann-gone'))).toHaveLength(1);
  expect(await mentions('ann-gone')).toEqual(Object.fromEntries(topics.map(topic => [topic, 0])));
  expect(await mentions('bob')).toEqual(bob);
});

test('who comes back stays, with all that came of it', async () => {
  await later({ userId: 'ann-gone', itemId: 'old-item' }, { userId: 'bob', itemId: 'i2' });
  await later(note('erase', 'ann-gone'));
  await later({ userId: 'ann-gone', itemId: 'new-item' });
  await world.send(exposures, shown('ann-gone'));
  const { found } = await scrubbed();
  expect([...found.erased.values()]).toMatchObject([{ id: 'ann-gone', hasComeBack: true }]);
  const left = await mentions('ann-gone');
  expect(left).toMatchObject({ ratings: 1, 'ratings-by-item': 1, 'user-vectors': 1, exposures: 1 });
  expect((await mentions('new-item'))['ratings']).toBe(1);
  expect((await said('ratings')).some(text => text.includes('old-item'))).toBe(false);
});

test('a session goes as far as it had become the user, and not what it was another one before or is since', async () => {
  await later({ userId: '', sessionId: 'tablet', itemId: 'of-bob' }, note('alias', 'bob', 'tablet'));
  await later({ userId: '', sessionId: 'tablet', itemId: 'of-ann' });
  await later(note('alias', 'ann-gone', 'tablet'));
  await later({ userId: '', sessionId: 'tablet', itemId: 'of-nobody' });
  await later(note('erase', 'ann-gone'));
  const { found } = await scrubbed();
  expect([...found.erased.keys()].sort()).toEqual(['ann-gone', 'tablet']);
  const left = await said('ratings');
  expect(['of-bob', 'of-ann', 'of-nobody'].map(item => left.some(text => text.includes(item)))).toEqual([
    true,
    false,
    true,
  ]);
});

test('an erasure that no version has learnt is left for the next time, and so is another tenant’s user of the same id', async () => {
  await later({ userId: 'ann-gone', itemId: 'i1' }, { userId: 'ann-gone', tenant: 'shop', itemId: 'i2' });
  await later(note('erase', 'ann-gone'));
  await world.send(ratings, rating(note('erase', 'bob')));
  const { found } = await scrubbed();
  expect([[...found.erased.keys()], found.waiting]).toEqual([['ann-gone'], 1]);
  expect((await said('ratings')).filter(text => text.startsWith('shop\u001fann-gone'))).toHaveLength(1);
});

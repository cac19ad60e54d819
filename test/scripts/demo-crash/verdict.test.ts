/** The demo's own judgement: a log in which something is missing, or too much, is not called sound. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ItemTrend, Rating } from '../../../schemas/types.ts';
import { planOf, type Round } from '../../../scripts/demo-crash/plan.ts';
import { differences, type Facts, factsOf } from '../../../scripts/demo-crash/verdict.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { OutsideWriter } from '../../../src/stream/outside-writer.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { itemTrends, ratings, ratingsByItem } from '../../../topologies/streams.ts';
import { day, rating } from '../../topologies/events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-verdict-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sound = ['a', 'b', 'c'].map(eventId => rating({ eventId, itemId: 'heat' }));
const bad = [rating({ eventId: 'bad', value: 11 })];
const round: Round = { events: [...sound, ...bad], sound, bad, kill: undefined };
const answer = { modelVersion: '0.1', modelHash: 'abc', recommendationsHash: 'def' };

interface Log {
  readonly accepted: readonly Rating[];
  readonly buried: readonly Rating[];
  /** What each state of the one daily window counts. */
  readonly counts: readonly number[];
}

async function judged({ accepted, buried, counts }: Log): Promise<Facts> {
  await using ports = await openEmbedded(mkdtempSync(join(folder, 'log-')));
  const write = async <T>(stream: Stream<T>, values: readonly T[]): Promise<void> => {
    await ports.transport.createTopic(stream.name, { partitions: 1 });
    const writer = await OutsideWriter.open(ports.transport, stream, ports.clock);
    for (const value of values) await writer.write(value);
    await writer.flush();
  };
  const bytesOf = (event: Rating): Buffer => {
    const buffer = Buffer.alloc(1_000);
    return buffer.subarray(0, ratings.schema.encode(event, buffer, 0));
  };
  await write(ratingsByItem, accepted);
  await write(
    deadLetters,
    buried.map((event, offset) => {
      const place = { topic: ratings.name, partition: 0, offset, key: event.userId };
      return { ...place, bytes: bytesOf(event), task: 'intake/0', reason: 'off the scale', time: day };
    }),
  );
  const window: Omit<ItemTrend, 'count' | 'sum'> = {
    window: 'daily',
    itemId: 'heat',
    start: day,
    end: day + 1,
    time: day,
  };
  await write(
    itemTrends,
    counts.map(count => ({ ...window, count, sum: 4 * count })),
  );
  return await factsOf(ports, [round], answer);
}

const right: Log = { accepted: sound, buried: bad, counts: [1, 3] };

describe('a run', () => {
  test('whose every event stands in its place once has lost and doubled nothing', async () => {
    const facts = await judged(right);
    expect(facts).toMatchObject({ sent: 4, accepted: 3, buried: 1, lost: 0, doubled: 0, modelHash: 'abc' });
    expect(facts).toMatchObject({ lostFromWindows: 0, doubledInWindows: 0 });
    expect(differences(facts, await judged(right))).toEqual([]);
  });

  test.each([
    ['has lost an event', { accepted: sound.slice(1) }, { lost: 1, doubled: 0 }],
    ['has lost a dead letter', { buried: [] }, { lost: 1, doubled: 0 }],
    ['has doubled an event', { accepted: [...sound, ...sound.slice(2)] }, { lost: 0, doubled: 1 }],
    ['has buried an event that was sound', { buried: [...bad, ...sound.slice(2)] }, { lost: 0, doubled: 1 }],
    ['has lost and doubled one', { accepted: [...sound.slice(1), ...sound.slice(2)] }, { lost: 1, doubled: 1 }],
    ['counts too little in a window', { counts: [1, 2] }, { lostFromWindows: 1 }],
    ['counts too much in a window', { counts: [5] }, { doubledInWindows: 2 }],
  ])('that %s is found out', async (_, change, found) => {
    const facts = await judged({ ...right, ...change });
    expect(facts).toMatchObject(found);
    const names = Object.entries(found).flatMap(([name, count]) => (count > 0 ? [name] : []));
    expect(differences(await judged(right), facts)).toEqual(expect.arrayContaining(names));
  });

  test('with another model, other lists or other windows is not the same', async () => {
    const facts = await judged(right);
    for (const name of ['modelVersion', 'modelHash', 'listsHash', 'windowsHash'] as const)
      expect(differences(facts, { ...facts, [name]: 'other' })).toEqual([name]);
  });
});

describe('a plan', () => {
  test('repeats by its seed, with as many kills as asked for, in rounds of their own', async () => {
    const settings = { kills: 5, seed: 3, ratings: 60 };
    const rounds = await planOf(settings);
    expect(rounds).toHaveLength(5);
    expect(rounds.filter(({ kill }) => kill !== undefined)).toHaveLength(5);
    expect(rounds.flatMap(all => all.sound)).toHaveLength(60);
    expect(await planOf(settings)).toEqual(rounds);
    expect(await planOf({ ...settings, seed: 4 })).not.toEqual(rounds);
  });

  test('sends some events twice and spoils some, and knows which', async () => {
    const [first] = await planOf({ kills: 1, seed: 1, ratings: 400 });
    const { events = [], sound: good = [], bad: spoilt = [] } = first ?? {};
    expect(events.length).toBeGreaterThan(good.length + spoilt.length);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(good.length + spoilt.length);
    expect(spoilt.length).toBeGreaterThan(0);
  });
});

/** Ratings for the recommender, and what is there once it has learnt them: for tests that kill it. */
import type { Rating } from '../../schemas/types.ts';
import type { Documents } from '../../src/documents/port.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import type { Stream } from '../../src/stream/stream.ts';
import * as streams from '../../topologies/streams.ts';
import type { ReadStream } from './kill-outcome.ts';
import type { Random } from './random.ts';

/** Two tastes, three kinds, a tenth of it worthless. */
export function ratings(count: number, random: Random): Rating[] {
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
export async function recommendedAs(read: ReadStream, documents: Documents) {
  const last = async <T>(stream: Stream<T>, id: (value: T) => string, what: (value: T) => unknown) =>
    Object.fromEntries((await read(stream)).map(value => [id(value), what(value)]));
  const stored = async (collection: string) =>
    Object.fromEntries(
      (await documents.list({ collection, limit: 1_000 })).map(({ partition, id, body }) => [
        `${partition} ${id}`,
        body,
      ]),
    );
  const versions = await read(streams.modelVersions);
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
    profiles: await stored('profiles'),
    histories: await stored('histories'),
    quality: await stored('quality'),
    letters: await last(
      deadLetters,
      ({ topic, partition, offset }) => `${topic}/${partition}@${offset}`,
      ({ reason }) => reason,
    ),
  };
}

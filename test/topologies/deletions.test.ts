/** What a deleted rating leaves behind: nothing that a log without it would not have. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import type { JsonObject } from '../../src/documents/port.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { recommend } from '../../topologies/recommend.ts';
import { modelVersions, ratings } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { World } from '../support/world.ts';
import { day, minute, rating, start } from './events.ts';

const dataflow = [trainWith({ ...defaultLearner, model: { factors: 4 }, cutEvery: 40 }), recommend];

/** What others have done, so that there is a model beside the deletions, also where nothing else is left. */
const others: readonly Rating[] = Array.from({ length: 24 }, (_, n) =>
  rating({ eventId: `other ${n}`, userId: `v${n % 6}`, itemId: `i${n % 5}`, value: 1 + (n % 5), time: day + n }),
);

/** Ratings by some, each of which may be followed by its deletion; orders and views of the same items stay. */
const done = fc.array(
  fc.record({
    user: fc.nat(4),
    item: fc.nat(4),
    kind: fc.constantFrom('rating', 'rating', 'rating', 'order', 'view'),
    stars: fc.integer({ min: 1, max: 5 }),
    isDeleted: fc.boolean(),
  }),
  { minLength: 5, maxLength: 30 },
);

type Done = typeof done extends fc.Arbitrary<infer T> ? T : never;

/** The log, and that in which what was deleted never was: nothing happens between a rating and its deletion. */
function logsOf(list: Done): { readonly all: Rating[]; readonly never: Rating[] } {
  const [all, never]: [Rating[], Rating[]] = [[], []];
  // A deletion also takes back what was rated before it: of a pair that is deleted once nothing older may stay.
  const lastDeleted = new Map<string, number>();
  for (const [n, { user, item, kind, isDeleted }] of list.entries())
    if (kind === 'rating' && isDeleted) lastDeleted.set(`${user} ${item}`, n);
  for (const [n, { user, item, kind, stars, isDeleted }] of list.entries()) {
    const common = { userId: `u${user}`, itemId: `i${item}` };
    const time = day + (n + 1) * minute;
    const value = kind === 'rating' ? stars : 1;
    const event = rating({ ...common, eventId: `e${n}`, kind, value, time });
    all.push(event);
    if (kind === 'rating' && isDeleted)
      all.push(rating({ ...common, eventId: `d${n}`, value: 0, time: time + minute / 2 }));
    if (kind !== 'rating' || n > (lastDeleted.get(`${user} ${item}`) ?? -1)) never.push(event);
  }
  return { all: [...others, ...all], never: [...others, ...never] };
}

/** Everything that is told of facts, and nothing of vectors: those depend on the cuts. */
async function toldOf(events: readonly Rating[], partitions: number, chunk: number) {
  const world = await World.of(dataflow, {
    partitions: topic => (topic === 'model-versions' ? 1 : partitions),
    maxRecords: 7,
  });
  try {
    world.clock.time = start;
    for (let from = 0; from < events.length; from += chunk) {
      await world.send(ratings, ...events.slice(from, from + chunk));
      if (from % 2 === 0) await world.drain();
    }
    await world.drain();
    const bodies = async (collection: string): Promise<JsonObject[]> =>
      (await world.documents.list({ collection, limit: 1_000 })).map(({ body }) => body);
    const [model] = await bodies('models');
    const last = (await world.output(modelVersions)).at(-1);
    const histories = (await bodies('histories')).filter(({ items }) => Array.isArray(items) && items.length > 0);
    return {
      meanStars: last?.meanStars,
      popular: model?.['popular'],
      // What a profile was written with is another version.
      profiles: sorted((await bodies('profiles')).map(({ userId, count, items }) => ({ userId, count, items }))),
      // Of a user the items stand in the order in which they came first, deleted or not.
      histories: sorted(
        histories.map(({ userId, items }) => ({ userId, items: sorted(Array.isArray(items) ? items : []) })),
      ),
    };
  } finally {
    await world.documents.close();
    await world.transport.close();
  }
}

const sorted = (list: readonly unknown[]): string[] => list.map(one => JSON.stringify(one)).sort();

test.each([1, 4])(
  'a log with ratings and their deletions tells the same as one without them, over partitions: %i',
  async partitions => {
    await fc.assert(
      fc.asyncProperty(done, fc.integer({ min: 1, max: 40 }), async (list, chunk) => {
        const { all, never } = logsOf(list);
        expect(await toldOf(all, partitions, chunk)).toEqual(await toldOf(never, partitions, 100));
      }),
      { numRuns: 12 },
    );
  },
);

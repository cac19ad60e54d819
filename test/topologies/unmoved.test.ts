/** Whoever reads ratings up to a version is told of one for each event, also where the model has no vector to change. */
import { expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { defaultSettings } from '../../src/als/index.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { defaultLists } from '../../src/recommender/domain/lists.ts';
import { recommendWith } from '../../topologies/recommend.ts';
import { modelVersions, ratings, recommendations } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { World } from '../support/world.ts';
import { minute, rating, start } from './events.ts';

/** A model that takes everybody for alike: no event is worth a change. */
const stiff = { factors: 1, regularisation: { ...defaultSettings.regularisation, strength: 1e6 } };

async function begun(): Promise<World> {
  const train = trainWith({ ...defaultLearner, model: stiff });
  const world = await World.of([train, recommendWith({ ...defaultLists, candidates: 12 })], { partitions: 2 });
  world.clock.time = start;
  const crowd = Array.from({ length: 60 }, (_, n) =>
    rating({ eventId: `c${n}`, userId: `u${n % 6}`, itemId: `i${Math.floor(n / 6)}`, value: 5, time: start + n }),
  );
  await world.send(ratings, ...crowd);
  await world.drain();
  return world;
}

/** Sends it, and answers how many records of `ratings` the newest version has not learnt. */
async function missedAfter(world: World, event: Rating): Promise<number> {
  await world.send(ratings, event);
  await world.drain();
  const newest = (await world.output(modelVersions)).at(-1);
  let missed = 0;
  for (const partition of [0, 1]) {
    const { end } = await world.transport.bounds({ topic: ratings.name, partition });
    const learnt = newest?.learnt.find(at => at.stream === ratings.name && at.partition === partition)?.end ?? 0;
    missed += end - learnt;
  }
  return missed;
}

test('a version names every event, and its list has it, although no vector has moved', async () => {
  const world = await begun();
  const missed: number[] = [];
  for (let n = 0; n < 8; n++) {
    const event = rating({ eventId: `e${n}`, userId: 'ann', itemId: `i${n}`, value: 5, time: start + minute + n });
    missed.push(await missedAfter(world, event));
  }
  expect(missed).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  const list = (await world.output(recommendations)).findLast(({ userId }) => userId === 'ann');
  expect(list?.items.map(({ itemId }) => itemId).sort()).toEqual(['i8', 'i9']);
});

/** What judges an event of somebody without a list is what the API would have answered them. */
import { expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { modelVersions, ratings } from '../../../topologies/streams.ts';
import { Random } from '../../support/random.ts';
import { day, hour, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';

const second = 1_000;

test.for([1, 2, 3])('the version names what is served to a stranger, from all three sources (seed %i)', async seed => {
  const { world, json } = await dataflow();
  const random = new Random(seed);
  const send = async (count: number, items: number, between: readonly [from: number, to: number]): Promise<void> => {
    const sent = Array.from({ length: count }, (_, n): Rating => {
      const at = between[0] + random.below(between[1] - between[0]);
      const who = { userId: `u${random.below(40)}`, itemId: `i${random.below(items)}`, value: random.between(1, 5) };
      return rating({ ...who, eventId: `e${between[0]}-${n}`, time: at });
    });
    await world.send(ratings, ...sent);
    await world.send(ratings, ...sent.slice(0, 9)); // again, as after a lost answer
    await world.drain();
    await world.send(ratings, ...sent.slice(9, 14)); // and once more when they have been learnt
    world.clock.time += 2 * second; // windows in motion are told once in a second
    await world.drain();
  };
  const served = async (): Promise<string[]> => {
    const list = await json<{ items: { itemId: string }[] }>('/v2/users/nobody/recommendations?n=10');
    return list.items.map(({ itemId }) => itemId);
  };
  const named = async () => (await world.output(modelVersions)).at(-1)?.fallback.slice(0, 10);
  await send(200, 40, [day - 9 * hour, day - hour]); // yesterday: what is popular by now
  expect(await named()).toEqual(await served());
  await send(20, 12, [day + 9 * hour, day + 10 * hour]); // today
  expect(await named()).toEqual(await served());
  await send(9, 30, [day + 12 * hour + minute, day + 12 * hour + 14 * minute]); // just now
  const answer = await served();
  expect(await named()).toEqual(answer);
  expect(answer).toHaveLength(10);
});

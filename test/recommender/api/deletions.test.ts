import { expect, test } from 'vitest';
import { modelVersions, ratings, recommendations } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { wakingClock } from '../../support/waking-clock.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { now, shop } from './shop.ts';

interface Items {
  readonly items: readonly { readonly itemId: string }[];
  readonly learnt?: boolean;
}

const idsOf = ({ items }: Items): string[] => items.map(({ itemId }) => itemId);

/** A model of two tastes; u0 has rated every other item with five stars, but for i38. */
async function learntShop() {
  const clock = wakingClock(start + minute);
  const { world, server, json } = await dataflow({ clock });
  for (let n = 0; n < 480; n++) {
    const [user, item] = [n % 12, Math.floor(n / 12)];
    if (item === 38 && user === 0) continue;
    const event = { userId: `u${user}`, itemId: `i${item}`, value: user % 2 === item % 2 ? 5 : 1 };
    await world.send(ratings, rating({ ...event, eventId: `e${n}`, time: day + n * minute }));
  }
  await world.drain();
  const remove = async (itemId: string, query = '') => {
    const answer = await server.app.inject({ method: 'DELETE', url: `/v2/users/u0/ratings/${itemId}${query}` });
    expect(answer.statusCode).toBe(202);
    return answer.json<{ readonly partition: number; readonly offset: number; readonly learnt?: boolean }>();
  };
  return { world, json, remove };
}

test('a rating that is deleted is so in the log, and answered with the place where', async () => {
  const { server, transport } = await shop();
  const url = `/v2/users/${encodeURIComponent('Zoë/7')}/ratings/${encodeURIComponent('a b')}`;
  const answer = await server.app.inject({ method: 'DELETE', url });
  expect(answer.statusCode).toBe(202);
  const [event] = await consumed(transport, ratings);
  expect(event).toMatchObject({ userId: 'Zoë/7', itemId: 'a b', kind: 'rating', value: 0, sessionId: '', time: now });
  expect(answer.json()).toMatchObject({ eventId: event?.eventId, topic: 'ratings', offset: 0 });
});

test('is gone from the profile and the estimate, and the list may name the item again', async () => {
  const { world, json, remove } = await learntShop();
  const list = () => json<Items>('/v2/users/u0/recommendations?n=100');
  const profile = () => json<Items & { readonly count: number }>('/v2/users/u0/profile?n=100');
  const stars = async () => (await json<{ readonly stars: number }>('/v2/users/u0/estimates/i2')).stars;
  const [before, estimated] = [await profile(), await stars()];
  expect(idsOf(before)).toContain('i2');
  expect(idsOf(await list())).not.toContain('i2');

  const published = async () => (await consumed(world.transport, recommendations)).findLast(own => own.userId === 'u0');
  expect(idsOf((await published()) ?? { items: [] })).not.toContain('i2');

  const { partition, offset } = await remove('i2');
  await world.drain();
  expect(idsOf(await profile())).not.toContain('i2');
  expect((await profile()).count).toBe(before.count - 1);
  const read = await json<Items>(`/v2/users/u0/recommendations?n=100&after=${partition}:${offset}&wait=1000`);
  expect(read.learnt).toBe(true);
  expect(idsOf(read)).toContain('i2');
  // The list itself names it, and not only what it is filled up with where it is short.
  expect(idsOf((await published()) ?? { items: [] })).toContain('i2');
  expect(await stars()).not.toBe(estimated);
});

test('leaves an order of the item, which keeps it out of the list', async () => {
  const { world, json, remove } = await learntShop();
  await world.send(ratings, rating({ userId: 'u0', itemId: 'i2', kind: 'order', value: 1, time: start }));
  await remove('i2');
  await world.drain();
  const profile = await json<{ readonly items: readonly { readonly itemId: string; readonly kind: string }[] }>(
    '/v2/users/u0/profile?n=100',
  );
  expect(profile.items.find(({ itemId }) => itemId === 'i2')?.kind).toBe('order');
  expect(idsOf(await json<Items>('/v2/users/u0/recommendations?n=100'))).not.toContain('i2');
});

test('counts in no window: not as a rating, and none that was counted is taken back', async () => {
  const { world, json, remove } = await learntShop();
  const counted = async () => [
    (await json<Items>('/v2/trending?n=100')).items,
    await json('/v2/items/i2/trends'),
    // By the model's own boards, which begin anew with a rating of a later hour.
    (await consumed(world.transport, modelVersions)).at(-1)?.fallback.slice(0, 5),
  ];
  const before = await counted();
  await remove('i2');
  await world.drain();
  expect(await counted()).toEqual(before);
});

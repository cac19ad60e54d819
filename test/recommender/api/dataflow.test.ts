import { expect, test } from 'vitest';
import { envelope } from '../../../src/recommender/api/wire.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';

interface Body {
  readonly items: readonly { readonly itemId: string; readonly title: string; readonly reason: string }[];
  readonly reason: string;
  readonly modelVersion: string | null;
}

test('what the topologies write is what the server reads', async () => {
  const { world, json } = await dataflow();
  const get = (url: string) => json<Body>(url);
  await world.send(items, {
    itemId: 'i1',
    tenant: '',
    title: 'One',
    genres: ['Drama'],
    tags: [],
    available: true,
    time: day,
  });
  for (let n = 0; n < 300; n++) {
    const event = { userId: `u${n % 12}`, itemId: `i${(n * 7 + (n % 5)) % 20}`, value: 1 + (n % 5) };
    await world.send(ratings, rating({ ...event, eventId: `e${n}`, time: day + n * minute }));
  }
  await world.drain();
  const own = await get('/v2/users/u3/recommendations?n=5');
  expect(envelope.strict().parse(own)).toEqual(own);
  expect(own.reason).toBe('personal');
  expect(own.modelVersion).toMatch(/^\d+\.\d+$/);
  expect(own.items.length).toBeGreaterThan(0);
  expect((await get('/v2/trending')).reason).toBe('trending');
  expect((await get('/v2/popular?n=20')).items).toContainEqual(expect.objectContaining({ itemId: 'i1', title: 'One' }));
  expect(await get('/v2/items/i1/similar?n=3')).toMatchObject({ reason: 'similar', items: { length: 3 } });
});

test('an event that is posted twice counts once', async () => {
  const { world, server, json } = await dataflow();
  const payload = { userId: 'ann', itemId: 'heat', value: 5, eventId: 'once' };
  for (let n = 0; n < 2; n++) {
    const answer = await server.app.inject({ method: 'POST', url: '/v2/ratings', payload });
    expect(answer.statusCode).toBe(202);
  }
  await world.drain();
  expect(await json('/v2/trending')).toMatchObject({ items: [{ itemId: 'heat', score: 1 }] });
});

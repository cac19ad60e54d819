import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { logSource } from '../../../src/app/live.ts';
import { defaultLearner } from '../../../src/recommender/domain/learner.ts';
import { createServer } from '../../../src/recommender/api/server.ts';
import { envelope } from '../../../src/recommender/api/wire.ts';
import { catalogue } from '../../../topologies/catalogue.ts';
import { intake } from '../../../topologies/intake.ts';
import { leaders } from '../../../topologies/leaders.ts';
import { recommend } from '../../../topologies/recommend.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { trainWith } from '../../../topologies/train.ts';
import { trends } from '../../../topologies/trends.ts';
import { World } from '../../support/world.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';

interface Body {
  readonly items: readonly { readonly itemId: string; readonly title: string; readonly reason: string }[];
  readonly reason: string;
  readonly modelVersion: string | null;
}

const train = trainWith({ ...defaultLearner, model: { factors: 8 }, cutEvery: 50 });

/** The whole recommender over 2 partitions, and a server on what it writes. */
async function running() {
  const world = await World.of([intake, catalogue, trends, leaders, train, recommend], { partitions: 2 });
  world.clock.time = start;
  const { documents, transport, registry, clock } = world;
  const fine = () => ({ ok: true }) as const;
  const server = await createServer({
    documents,
    transport,
    registry,
    clock,
    live: logSource(transport, world.graph),
    metrics: new Registry(),
    newEventId: () => 'drawn',
    health: { startup: fine, live: fine, ready: fine },
    report: error => {
      throw error;
    },
  });
  onTestFinished(async () => {
    await server.close();
    await documents.close();
    await transport.close();
  });
  const get = async (url: string): Promise<Body> => (await server.app.inject({ method: 'GET', url })).json();
  return { world, server, get };
}

test('what the topologies write is what the server reads', async () => {
  const { world, get } = await running();
  await world.send(items, { itemId: 'i1', title: 'One', genres: ['Drama'], tags: [], available: true, time: day });
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
  const { world, server, get } = await running();
  const payload = { userId: 'ann', itemId: 'heat', value: 5, eventId: 'once' };
  for (let n = 0; n < 2; n++) {
    const answer = await server.app.inject({ method: 'POST', url: '/v2/ratings', payload });
    expect(answer.statusCode).toBe(202);
  }
  await world.drain();
  expect(await get('/v2/trending')).toMatchObject({ items: [{ itemId: 'heat', score: 1 }] });
});

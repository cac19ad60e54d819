import { expect, test } from 'vitest';
import type { Erasure } from '../../../src/recommender/api/erasures.ts';
import { ErasureReceipts } from '../../../src/recommender/api/erasure-receipts.ts';
import { ratings } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { readEverything } from '../../support/feed-reader.ts';
import { wakingClock } from '../../support/waking-clock.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';

const erased = 'u-Zoë/7';
const path = `/v2/users/${encodeURIComponent(erased)}`;

/** A model that has learnt from twelve users and one who is to be erased. */
async function learntShop() {
  const clock = wakingClock(start + minute);
  const { world, server } = await dataflow({ clock });
  for (let n = 0; n < 300; n++) {
    const userId = n % 13 === 12 ? erased : `u${n % 13}`;
    const event = { userId, itemId: `i${(n * 7 + (n % 5)) % 60}`, value: 1 + (n % 5) };
    await world.send(ratings, rating({ ...event, eventId: `e${n}`, time: day + n * minute }));
  }
  await world.drain();
  const erase = async () => {
    const answer = await server.app.inject({ method: 'DELETE', url: path });
    expect(answer.statusCode).toBe(202);
    return answer.json<Erasure>();
  };
  const stand = async (id: string) => (await server.app.inject({ url: `/v2/erasures/${id}` })).json<Erasure>();
  return { world, server, clock, erase, stand };
}

test('an erasure is in the log when it is answered, and its receipt tells how it stands until all is gone', async () => {
  const { world, erase, stand } = await learntShop();
  const asked = await erase();
  const event = (await consumed(world.transport, ratings)).find(({ kind }) => kind === 'erase');
  expect(event).toMatchObject({ userId: erased, itemId: '', value: 0, time: start + minute });
  expect(asked).toMatchObject({
    topic: 'ratings',
    model: { state: 'waiting', modelVersion: null },
    generation: { state: 'waiting' },
    documents: { state: 'waiting', collections: ['recommendations', 'userVectors', 'profiles', 'histories'] },
    log: { state: 'kept', until: null },
    bytes: { state: 'kept', places: ['log', 'snapshots', 'files'] },
  });
  await world.drain();
  const learnt = await stand(asked.id);
  expect(learnt.id).toBe(asked.id);
  expect(learnt.model.state).toBe('gone');
  expect(learnt.documents).toEqual({ state: 'gone', collections: [] });
  // Nobody trains in this world: the vectors of others still come from the user, and the receipt does not hide it.
  expect(learnt.generation.state).toBe('waiting');
});

test('documents of whoever comes back by the same id are not those of who was erased', async () => {
  const { world, erase, stand } = await learntShop();
  const { id, offset } = await erase();
  await world.drain();
  expect((await stand(id)).documents).toEqual({ state: 'gone', collections: [] });
  for (let n = 0; n < 5; n++)
    await world.send(ratings, rating({ userId: erased, itemId: `i${n}`, eventId: `new${n}`, time: start + n }));
  await world.drain();
  for (const collection of ['recommendations', 'userVectors', 'profiles', 'histories'])
    expect(await world.documents.list({ collection, partition: erased, limit: 1 })).toHaveLength(1);
  expect((await stand(id)).documents).toEqual({ state: 'gone', collections: [] });
  // Scores come of a version that had learnt the erasure, or of one before.
  const scored = (body: object) =>
    world.documents.put({ collection: 'scores', partition: erased, id: erased }, { ...body }, 'always');
  for (const before of [{}, { learnt: offset }]) {
    await scored(before);
    expect((await stand(id)).documents).toEqual({ state: 'waiting', collections: ['scores'] });
  }
  await scored({ learnt: offset + 1 });
  expect((await stand(id)).documents).toEqual({ state: 'gone', collections: [] });
});

test('while lists have not come to the erasure their documents are those of who was erased', async () => {
  const { world, erase, stand } = await learntShop();
  const { id, offset, partition } = await erase();
  await world.drain();
  await world.send(ratings, rating({ userId: erased, itemId: 'i1', eventId: 'new', time: start }));
  await world.drain();
  const told = world.transport.committed.bind(world.transport);
  const listed = (end: number) => {
    world.transport.committed = async group =>
      (await told(group)).map(at =>
        at.topic === 'ratings' && at.partition === partition ? { ...at, offset: end } : at,
      );
  };
  listed(offset);
  expect((await stand(id)).documents).toMatchObject({
    state: 'waiting',
    collections: ['recommendations', 'profiles', 'histories'],
  });
  listed(offset + 1);
  expect((await stand(id)).documents).toEqual({ state: 'gone', collections: [] });
});

test('the receipt tells of orders that the shop keeps, and of what was told of them, until they are removed', async () => {
  const { world, erase, stand } = await learntShop();
  const { id, orders } = await erase();
  expect(orders).toEqual({ state: 'gone', collections: [] });
  const key = (collection: string) => ({ collection, partition: erased, id: 'o-1' });
  await world.documents.put(key('orders'), { orderId: 'o-1' }, 'always');
  expect((await stand(id)).orders).toEqual({ state: 'kept', collections: ['orders'] });
  await world.documents.put(key('toldOrders'), { revision: 1 }, 'always');
  expect((await stand(id)).orders).toEqual({ state: 'kept', collections: ['orders', 'toldOrders'] });
  const version = { lineage: 1, epoch: 1, seq: 0 };
  const removed = ['orders', 'toldOrders'].map(collection => ({
    ...key(collection),
    task: 'shop',
    version,
    body: null,
  }));
  await world.documents.write(removed);
  expect((await stand(id)).orders.state).toBe('gone');
});

test('orders that are to go wait for the connector, and the model with them; then the receipt tells that they went', async () => {
  const { world, server, stand } = await learntShop();
  const order = { userId: erased, orderId: 'o-1', lines: [{ itemId: 'i1', quantity: 1 }] };
  const place = (orderId: string) =>
    server.app.inject({ method: 'POST', url: '/v2/orders', payload: { ...order, orderId } });
  expect((await place('o-1')).statusCode).toBe(202);
  const answer = await server.app.inject({ method: 'DELETE', url: `${path}?orders=remove` });
  expect(answer.statusCode).toBe(202);
  const { id } = answer.json<Erasure>();
  const { documents, transport } = world;
  await world.drain();
  const waiting = await stand(id);
  expect([waiting.model.state, waiting.orders]).toEqual(['waiting', { state: 'waiting', collections: ['orders'] }]);
  await readEverything({ documents, transport, clock: world.clock });
  const carriedOut = await stand(id);
  // What the connector has appended is not learnt yet.
  expect([carriedOut.model.state, carriedOut.orders]).toEqual(['waiting', { state: 'gone', collections: [] }]);
  await world.drain();
  expect((await stand(id)).model.state).toBe('gone');
  expect((await place('o-2')).statusCode).toBe(202);
  expect((await stand(id)).orders).toEqual({ state: 'removed', collections: ['orders'] });
  const other = await server.app.inject({ method: 'DELETE', url: `${path}?orders=some` });
  expect(other.statusCode).toBe(400);
});

test('a shopper may not have the shop’s orders removed', async () => {
  const caller = { role: 'shopper', tenant: '', userId: 'ann' } as const;
  const { server } = await dataflow({ access: { gate: { identify: async () => ({ caller, credential: 'shown' }) } } });
  const erase = async (query: string) =>
    (await server.app.inject({ method: 'DELETE', url: `/v2/users/ann${query}` })).statusCode;
  expect([await erase('?orders=remove'), await erase('?orders=keep'), await erase('')]).toEqual([403, 202, 202]);
});

test('the receipt tells once a generation is live that never learnt from the user', async () => {
  const { world, erase, stand } = await learntShop();
  const { id } = await erase();
  await world.drain();
  const key = { collection: 'models', partition: 'live', id: 'current' };
  const model = await world.documents.get(key);
  expect(model?.body['owesErasure']).toBe(true);
  await world.documents.put(key, { ...model?.body, owesErasure: false }, 'always');
  expect((await stand(id)).generation.state).toBe('gone');
});

test('nothing that is kept names who was erased, nor does the receipt', async () => {
  const { world, erase } = await learntShop();
  const { id } = await erase();
  await world.drain();
  expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain('u-Zo');
  const { topics } = { topics: await world.transport.topics() };
  expect(topics.length).toBeGreaterThan(0);
  for (const collection of ['erasures', 'recommendations', 'userVectors', 'profiles', 'histories', 'models']) {
    const all = await world.documents.list({ collection, limit: 1_000 });
    expect(JSON.stringify(all.map(({ partition, id: name, body }) => [partition, name, body]))).not.toContain('u-Zo');
  }
});

test('no receipt begins with a dash, so each can be given to a command as it is', () => {
  const receipts = new ErasureReceipts('of the shop');
  const abouts = Array.from({ length: 500 }, (_, offset) => ({
    tenant: '',
    userId: '7',
    partition: 0,
    offset,
    at: 1,
  }));
  const sealed = abouts.map(about => receipts.seal(about));
  expect(sealed.filter(text => text.startsWith('-'))).toEqual([]);
  expect(sealed.map(text => receipts.open(text))).toEqual(abouts);
  expect(new Set(sealed).size).toBe(abouts.length);
});

test('a receipt is read by servers of the same key alone, whatever is done to it', () => {
  const receipts = new ErasureReceipts('of the shop');
  const about = { tenant: '', userId: 'é'.repeat(256), partition: 3, offset: 17, at: start };
  const sealed = receipts.seal(about);
  expect(receipts.open(sealed)).toEqual(about);
  expect(new ErasureReceipts('of another').open(sealed)).toBeUndefined();
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(receipts.open(changed.toString('base64url'))).toBeUndefined();
  }
  for (const text of ['', 'x', sealed.slice(0, -2)]) expect(receipts.open(text)).toBeUndefined();
  const changed = new ErasureReceipts('of another', ['of the shop']);
  expect(changed.open(sealed)).toEqual(receipts.open(sealed));
  expect(receipts.open(changed.seal(about))).toBeUndefined();
});

test('what retention keeps of the log is told with the day on which it goes', async () => {
  const { world, server, clock, stand } = await learntShop();
  const days_ms = 7 * 24 * 60 * minute;
  const real = world.transport.topics.bind(world.transport);
  world.transport.topics = async () => (await real()).map(topic => ({ ...topic, retentionMs: days_ms }));
  const answer = await server.app.inject({ method: 'DELETE', url: path });
  const { id, log } = answer.json<Erasure>();
  expect(log).toEqual({ state: 'kept', until: new Date(start + minute + days_ms).toISOString() });
  clock.advance(days_ms + 1);
  expect((await stand(id)).log.state).toBe('gone');
});

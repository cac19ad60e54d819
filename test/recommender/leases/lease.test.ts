import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { Unavailable } from '../../../src/errors.ts';
import { nextLease } from '../../../src/recommender/leases/balance.ts';
import { LeaseLost, Leases } from '../../../src/recommender/leases/lease.ts';
import { TestClock } from '../../../src/testing/clock.ts';
import { Random } from '../../support/random.ts';

const duration = 100;
let documents: Documents;
let clock: TestClock;

beforeEach(() => {
  clock = new TestClock(1_000);
  documents = openSqliteDocuments({ path: ':memory:', clock: () => clock.now() });
});
afterEach(() => documents.close());

const leasesOf = (owner: string, over = documents, by: { now(): number } = clock) =>
  new Leases({
    documents: over,
    clock: by,
    feed: 'f',
    owner,
    duration,
    state: z.object({ n: z.number() }),
    first: { n: 0 },
  });

test('of two who found it free, one gets it', async () => {
  const [ann, bob] = [leasesOf('ann'), leasesOf('bob')];
  const outcomes = await Promise.allSettled([ann.take('x', undefined), bob.take('x', undefined)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(LeaseLost) });
});

test('it is free once it has expired, and the next fence is greater', async () => {
  const [ann, bob] = [leasesOf('ann'), leasesOf('bob')];
  const first = await ann.take('x', undefined);
  expect(ann.isFree(first)).toBe(false);
  clock.moveTo(clock.now() + duration);
  const found = await bob.find('x');
  expect(found && bob.isFree(found)).toBe(true);
  const second = await bob.take('x', found);
  expect(second.fence).toBeGreaterThan(first.fence);
  await expect(ann.keep(first, { n: 1 })).rejects.toThrow(LeaseLost);
  expect(await bob.find('x')).toEqual(second);
});

test('kept, it does not expire and remembers what it holds', async () => {
  const ann = leasesOf('ann');
  let lease = await ann.take('x', undefined);
  for (let n = 1; n <= 5; n++) {
    clock.moveTo(clock.now() + duration - 1);
    lease = await ann.keep(lease, { n });
  }
  expect(await leasesOf('bob').find('x')).toMatchObject({ owner: 'ann', state: { n: 5 } });
  expect(ann.isFree(lease)).toBe(false);
});

test('given back, anybody may take it at once, with what it holds', async () => {
  const ann = leasesOf('ann');
  await ann.release(await ann.keep(await ann.take('x', undefined), { n: 3 }));
  const bob = leasesOf('bob');
  const found = await bob.find('x');
  expect(found && bob.isFree(found)).toBe(true);
  expect(await bob.take('x', found)).toMatchObject({ owner: 'bob', state: { n: 3 } });
});

test('who gives back what another has by now takes nothing from them', async () => {
  const [ann, bob] = [leasesOf('ann'), leasesOf('bob')];
  const first = await ann.take('x', undefined);
  const second = await bob.take('x', await bob.find('x'));
  await ann.release(first);
  expect(await bob.find('x')).toEqual(second);
});

test('until the lease of one from whom it was taken has ended it is quiet, whoever has it or what takes its place then', async () => {
  const [ann, bob, cid] = [leasesOf('ann'), leasesOf('bob'), leasesOf('cid')];
  const { expiresAt } = await ann.take('x', undefined);
  clock.moveTo(clock.now() + 10);
  const second = await bob.keep(await bob.take('x', await bob.find('x')), { n: 1 });
  expect(second.quietFrom).toBe(expiresAt);
  await bob.open('half of x', { n: 1 }, second);
  await bob.release(second);
  clock.moveTo(clock.now() + 10);
  for (const name of ['x', 'half of x'])
    expect(await cid.take(name, await cid.find(name))).toMatchObject({ name, quietFrom: expiresAt });
});

test('what takes the place of one that somebody took by a fast clock is taken with a greater fence', async () => {
  const ann = leasesOf('ann', documents, { now: () => clock.now() + 600_000 });
  const first = await ann.take('x', undefined);
  const bob = leasesOf('bob');
  await bob.open('half of x', { n: 1 }, first);
  expect((await bob.take('half of x', await bob.find('half of x'))).fence).toBeGreaterThan(first.fence);
});

test('one that an earlier release has written is a lease', async () => {
  const ann = leasesOf('ann');
  const { etag: _, quietFrom: __, ...body } = await ann.take('x', undefined);
  await documents.put({ collection: 'leases', partition: 'f', id: 'x' }, body, 'always');
  expect(await ann.find('x')).toMatchObject({ ...body, quietFrom: 0 });
});

test('a write whose answer was lost is found to have been done', async () => {
  let isLost = true;
  const lossy: Documents = {
    ...documents,
    put: async (key, body, condition) => {
      const etag = await documents.put(key, body, condition);
      if (isLost) throw new Unavailable('The answer was lost', 'Try again');
      return etag;
    },
  };
  const ann = leasesOf('ann', lossy);
  await expect(ann.take('x', undefined)).rejects.toThrow(Unavailable);
  isLost = false;
  const lease = await ann.take('x', undefined);
  expect(lease).toEqual(await ann.find('x'));
});

test('names that no document may have are leases like others', async () => {
  const ann = leasesOf('ann');
  for (const name of ['{"type":"EPK","min":"","max":"05C1/D?#"}', '0/4', '..']) await ann.take(name, undefined);
  expect((await ann.all()).map(({ name }) => name).sort()).toEqual([
    '..',
    '0/4',
    '{"type":"EPK","min":"","max":"05C1/D?#"}',
  ]);
});

describe('who takes what', () => {
  const held = (name: string, owner: string | null, expiresAt = Infinity) => ({ name, owner, expiresAt });

  test('what nobody holds comes first', () => {
    const leases = [held('a', 'ann'), held('b', 'bob', 5)];
    expect(nextLease(['a', 'b'], leases, { me: 'cid', now: 5 })).toBe('b');
    expect(nextLease(['a', 'b', 'c'], leases, { me: 'cid', now: 4 })).toBe('c');
  });

  test.each([1, 2, 3, 4, 5])('everybody ends with as many as the others, whoever comes (seed %i)', seed => {
    const random = new Random(seed);
    const names = Array.from({ length: random.between(1, 12) }, (_, n) => `r${n}`);
    const owners = Array.from({ length: random.between(1, 5) }, (_, n) => `p${n}`);
    const leases = new Map(names.filter(() => random.chance(0.5)).map(name => [name, held(name, 'p0')]));
    for (let moves = 0, calm = 0; calm < owners.length; moves++) {
      expect(moves).toBeLessThan(200);
      const me = owners[moves % owners.length] ?? '';
      const name = nextLease(names, [...leases.values()], { me, now: 0 });
      calm = name === undefined ? calm + 1 : 0;
      if (name !== undefined) leases.set(name, held(name, me));
    }
    const counts = owners.map(owner => [...leases.values()].filter(lease => lease.owner === owner).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(leases.size).toBe(names.length);
  });
});

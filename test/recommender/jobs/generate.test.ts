import { describe, expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { invalidRating } from '../../../src/recommender/domain/validate.ts';
import {
  generate,
  knownSoFar,
  NobodyKnown,
  type GenerateOptions,
} from '../../../src/recommender/jobs/generate/index.ts';
import { InvalidRate } from '../../../src/recommender/jobs/pace.ts';
import { catalogue } from '../../../topologies/catalogue.ts';
import { intake } from '../../../topologies/intake.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { World } from '../../support/world.ts';

const now = Date.UTC(2026, 0, 1);
const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** Repeatable even chances: a multiplicative congruential generator (Lehmer; Park and Miller's constants). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function open(own: Partial<GenerateOptions> = {}, partitions = 1) {
  const world = await World.of([intake, catalogue], { partitions });
  world.clock.time = now;
  const known = { users: named('u', 30), items: named('i', 100) };
  const options = { ports: world, known, random: chances(7), signal: new AbortController().signal, ...own };
  return { world, options };
}

async function generated(own: Partial<GenerateOptions> = {}): Promise<Rating[]> {
  const { world, options } = await open({ count: 3_000, ...own });
  expect(await generate(options)).toBe(options.count);
  return world.output(ratings);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('what is generated', () => {
  test('is sound, of known users and items, each event with an id of its own', async () => {
    const events = await generated();
    expect(events.length).toBe(3_000);
    expect(events.map(event => invalidRating(event, now)).filter(problem => problem !== undefined)).toEqual([]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3_000);
    expect(events.every(({ userId, itemId }) => /^u\d+$/.test(userId) && /^i\d+$/.test(itemId))).toBe(true);
  });

  test('is the same for the same chances, and another for others', async () => {
    expect(await generated()).toEqual(await generated());
    expect(await generated({ random: chances(8) })).not.toEqual(await generated());
  });

  test('is skewed: the first tenth of the items has more than a third of the ratings', async () => {
    const events = await generated();
    expect(events.filter(({ itemId }) => Number(itemId.slice(1)) < 10).length).toBeGreaterThan(1_000);
  });

  test('follows a taste: a user rates an item alike each time, unlike other items', async () => {
    const events = await generated();
    const pairs = Map.groupBy(events, ({ userId, itemId }) => `${userId} ${itemId}`);
    const squares = [...pairs.values()].flatMap(group => {
      const average = mean(group.map(({ value }) => value));
      return group.length < 5 ? [] : group.map(({ value }) => (value - average) ** 2);
    });
    const average = mean(events.map(({ value }) => value));
    const variance = mean(events.map(({ value }) => (value - average) ** 2));
    expect(mean(squares)).toBeLessThan(variance / 2);
  });
});

describe('pace', () => {
  test('a rate spaces the events evenly, in event time too', async () => {
    const events = await generated({ count: 5, rate: 4 });
    expect(events.map(({ time }) => time - now)).toEqual([0, 250, 500, 750, 1_000]);
  });

  test('without a count it goes on until it is stopped, and what it counted is in the log', async () => {
    const stop = new AbortController();
    let seen = 0;
    const onEvent = (): void => {
      if (++seen === 5_432) stop.abort();
    };
    const { world, options } = await open({ signal: stop.signal, onEvent });
    expect(await generate(options)).toBe(5_432);
    expect((await world.output(ratings)).length).toBe(5_432);
  });

  test('nobody to rate, or a rate of nothing, is refused', async () => {
    const { options } = await open();
    await expect(generate({ ...options, known: { users: [], items: ['i'] } })).rejects.toThrow(NobodyKnown);
    await expect(generate({ ...options, known: { users: ['u'], items: [] } })).rejects.toThrow(NobodyKnown);
    await expect(generate({ ...options, rate: 0 })).rejects.toThrow(InvalidRate);
  });
});

test('known are the users of the ratings and the items of the catalogue, once each, over all partitions', async () => {
  const { world, options } = await open({ count: 2_000 }, 3);
  const film = { tenant: '', title: 'Heat', genres: [], tags: [], available: true, time: now };
  for (const itemId of ['a', 'b', 'a', 'c']) await world.send(items, { itemId, ...film });
  await generate(options);
  const known = await knownSoFar(world.transport, options.signal);
  expect(known.items.toSorted()).toEqual(['a', 'b', 'c']);
  expect(known.users.toSorted()).toEqual(options.known.users.toSorted());
});

test('of several tenants each knows its own users and items by its own ids, and what is generated is its own', async () => {
  const { world, options } = await open({ count: 50 }, 3);
  const film = { title: 'Heat', genres: [], tags: [], available: true, time: now };
  for (const [tenant, itemId] of [
    ['', 'a'],
    ['north', 'b'],
    ['north', 'c'],
    ['south', 'd'],
  ] as const)
    await world.send(items, { itemId, tenant, ...film });
  await generate({ ...options, tenant: 'north', known: { users: ['1', '2'], items: ['b', 'c'] } });
  await generate({ ...options, tenant: 'south', known: { users: ['1'], items: ['d'] } });
  const events = await world.output(ratings);
  expect(events.filter(event => invalidRating(event, now) !== undefined)).toEqual([]);
  const those = async (tenant: string) => {
    const known = await knownSoFar(world.transport, options.signal, tenant);
    return { users: known.users.toSorted(), items: known.items.toSorted() };
  };
  expect(await those('north')).toEqual({ users: ['1', '2'], items: ['b', 'c'] });
  expect(await those('south')).toEqual({ users: ['1'], items: ['d'] });
  expect(await those('')).toEqual({ users: [], items: ['a'] });
});

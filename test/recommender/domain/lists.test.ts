import { describe, expect, test } from 'vitest';
import { ItemMatrix, topNOf } from '../../../src/als/index.ts';
import { inCandidate } from '../../../src/recommender/domain/experiment.ts';
import { hash } from '../../../src/recommender/domain/hash.ts';
import { fromBytes } from '../../../src/recommender/domain/vectors.ts';
import { rating } from '../../topologies/events.ts';
import { Random } from '../../support/random.ts';
import { type Cut, type Factors, ListWorld } from './list-world.ts';

const never = 1_000_000;
const ids = (letter: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${letter}${n}`);
const record = <T>(keys: readonly string[], of: (key: string) => T): Record<string, T> =>
  Object.fromEntries(keys.map(key => [key, of(key)]));

/** The ten first items by scoring every one of them. */
function foremost(world: ListWorld, user: string): string[] {
  const vector = world.users.get(user);
  if (vector === undefined) return [];
  const factors = fromBytes(vector.factors);
  const matrix = new ItemMatrix(factors.length);
  for (const { id, factors: own } of world.items.values.values()) matrix.set(id, fromBytes(own));
  return topNOf(factors, matrix, { n: 10, exclude: world.shelves.seenBy(user) }).map(({ itemId }) => itemId);
}

const firstTen = (world: ListWorld, user: string): string[] =>
  (world.published.get(user)?.items ?? []).slice(0, 10).map(({ itemId }) => itemId);

/** Versions as a model makes them: few items and users move, most of them a little; now and then somebody rates. */
class Traffic {
  readonly #random: Random;
  readonly #k: number;
  readonly #items = ids('i', 120);
  readonly #users = ids('u', 30);
  readonly #at = new Map<string, number[]>();
  #number = 0;

  constructor(random: Random, k: number) {
    this.#random = random;
    this.#k = k;
  }

  first(): Cut {
    this.#number = 1;
    return { number: 1, items: record(this.#items, this.#placed), users: record(this.#users, this.#placed) };
  }

  next(): Cut {
    const random = this.#random;
    this.#number += random.chance(0.2) ? random.between(2, 5) : 1;
    const news = random.chance(0.5) ? [random.pick(this.#users)] : [];
    const events = news.map(userId => rating({ userId, itemId: random.pick(this.#items), value: 5 }));
    const users = [...news, ...this.#some(this.#users, 6)];
    const items = [...events.map(({ itemId }) => itemId), ...this.#some(this.#items, 3)];
    if (random.chance(0.1)) items.push(`new${this.#number}`);
    return { number: this.#number, items: record(items, this.#moved), users: record(users, this.#moved), events };
  }

  readonly #placed = (id: string): Factors => {
    const at = Array.from({ length: this.#k }, () => this.#random.between(-100, 100));
    this.#at.set(id, at);
    return at;
  };

  readonly #moved = (id: string): Factors => {
    const before = this.#at.get(id);
    if (before === undefined) return this.#placed(id);
    const far = this.#random.chance(0.1) ? 20 : 1;
    const at = before.map(value => Math.max(-120, Math.min(120, value + this.#random.between(-far, far))));
    this.#at.set(id, at);
    return at;
  };

  #some(of: readonly string[], most: number): string[] {
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#random.pick(of));
  }
}

describe('a user of whom there is no news, but whose vector moved', () => {
  test.for([1, 2, 3, 4, 5, 6])('has always the first ten items that a list made now would have, seed %i', seed => {
    const random = new Random(seed);
    const world = new ListWorld({ candidates: random.pick([12, 40, 100]), everyVersions: never });
    const traffic = new Traffic(random, random.pick([2, 4, 8]));
    world.apply(traffic.first());
    let [moved, kept] = [0, 0];
    for (let version = 0; version < 150; version++) {
      const cut = traffic.next();
      const { users } = world.apply(cut);
      for (const user of Object.keys(cut.users ?? {})) {
        expect(firstTen(world, user).sort()).toEqual(foremost(world, user).sort());
        moved++;
        if (!users.includes(user)) kept++;
      }
    }
    expect(kept / moved).toBeGreaterThan(0.2);
  });

  test('gets a new list once its moves add up, however small each of them is', () => {
    const world = new ListWorld({ candidates: 12, everyVersions: never });
    // Ten items stand fast, two stand behind them; the user turns towards 'rival', which no list remembers.
    const steady = { ...record(ids('i', 10), () => [100, 0]), ...record(ids('j', 2), () => [90, 0]) };
    world.apply({ number: 1, items: { ...steady, rival: [0, 100] }, users: { ann: [100, 40] } });
    const turned = (y: number): string[] => {
      world.apply({ number: y, users: { ann: [100, y] } });
      return firstTen(world, 'ann');
    };
    for (let y = 41; y < 100; y++) expect(turned(y)).not.toContain('rival');
    expect(turned(101)).toContain('rival');
  });
});

describe('a turn', () => {
  const everyVersions = 8;
  const users = ids('u', 40);
  const items = ids('i', 20);

  test('comes with every so many versions, also with those that jump over numbers', () => {
    const world = new ListWorld({ candidates: 12, everyVersions });
    const random = new Random(7);
    const away = () => [random.between(1, 100), random.between(1, 100)];
    world.apply({ number: 1, items: record(items, away), users: record(users, away) });
    const last = new Map(users.map(user => [user, 1]));
    for (let number = 1; number < 400;) {
      const before = number;
      number += random.between(1, 11);
      const made = world.apply({ number, items: record(items, away) }).users;
      for (const user of users) {
        const due = Array.from({ length: number - before }, (_, n) => before + 1 + n).some(
          at => at % everyVersions === hash(user) % everyVersions,
        );
        expect(made.includes(user)).toBe(due);
        if (due) last.set(user, number);
      }
    }
    for (const at of last.values()) expect(at).toBeGreaterThan(400 - 2 * 11 - everyVersions);
  });
});

test('a list that says the same is not written again', () => {
  const world = new ListWorld({ candidates: 12, everyVersions: 1 });
  const cut = { items: { a: [1, 2], b: [2, 1] }, users: { ann: [1, 1] } };
  expect(world.apply({ number: 1, ...cut }).users).toEqual(['ann']);
  expect(world.apply({ number: 2, ...cut }).users).toEqual([]);
});

test('a new generation makes everybody a new list, of its own items alone', () => {
  const world = new ListWorld({ candidates: 12, everyVersions: never });
  world.apply({
    number: 1,
    items: { a: [1, 0], b: [2, 0], c: [3, 0] },
    users: { ann: [1, 0], bob: [1, 1], cid: [1, 2] },
  });
  const { lists } = world.apply({
    number: 2,
    generation: 2,
    items: { a: [2, 1], b: [1, 2] },
    users: { ann: [1, 0], bob: [0, 1] },
  });
  expect(lists.map(({ userId, generation, items }) => [userId, generation, items.map(({ itemId }) => itemId)])).toEqual(
    [
      ['ann', 2, ['a', 'b']],
      ['bob', 2, ['b', 'a']],
    ],
  );
});

describe('an experiment', () => {
  const users = ids('u', 40);
  const share = 0.5;
  const tried = users.filter(user => inCandidate(user, 2, share));
  const others = users.filter(user => !inCandidate(user, 2, share));
  const candidate = { generation: 2, share };

  function started(): ListWorld {
    const world = new ListWorld({ candidates: 12, everyVersions: never });
    world.apply({ number: 1, items: { a: [2, 0], b: [1, 0] }, users: record(users, () => [1, 0]) });
    return world;
  }
  const start: Cut = {
    number: 2,
    candidate,
    items: { a: [2, 0], b: [1, 0] },
    tried: { a: [0, 1], b: [0, 2] },
    users: record(tried, () => [0, 1]),
    usersOf: 2,
  };
  const orders = (world: ListWorld, of: readonly string[]) =>
    new Set(
      of.map(user => {
        const { policy, generation, items } = world.published.get(user) ?? {};
        return `${policy} ${generation} ${items?.map(({ itemId }) => itemId).join('')}`;
      }),
    );

  test('gives the users of its arm lists of the candidate, and leaves the others theirs', () => {
    const world = started();
    expect(world.apply(start).users).toEqual([...tried].sort());
    expect(orders(world, tried)).toEqual(new Set(['candidate 2 ba']));
    expect(orders(world, others)).toEqual(new Set(['live 1 ab']));
  });

  test('gives nobody a list of two generations: a vector of the live one meets no item of the candidate', () => {
    const world = started();
    const live = { ...start, users: record(tried, () => [0, 1]), usersOf: 1 };
    expect(world.apply(live).users).toEqual([]);
  });

  test('ends with lists of the live generation for everybody in its arm', () => {
    const world = started();
    world.apply(start);
    const { users: made } = world.apply({ number: 3, users: record(tried, () => [1, 0]) });
    expect(made).toEqual([...tried].sort());
    expect(orders(world, users)).toEqual(new Set(['live 1 ab']));
  });

  test('ends by a promotion with lists of the candidate for everybody', () => {
    const world = started();
    world.apply(start);
    const promoted = { number: 3, generation: 2, items: { a: [0, 1], b: [0, 2] }, users: record(users, () => [0, 1]) };
    expect(world.apply(promoted).users).toEqual([...users].sort());
    expect(orders(world, users)).toEqual(new Set(['live 2 ba']));
  });
});

describe('a user who was erased', () => {
  const erasure = rating({ kind: 'erase', value: 0, userId: 'ann', itemId: '' });
  function known(): ListWorld {
    const world = new ListWorld({ candidates: 12, everyVersions: 1 });
    world.apply({ number: 1, items: { a: [1, 0], b: [2, 0] }, users: { ann: [1, 0], bob: [1, 0] } });
    return world;
  }

  test('has an empty list, which no turn and no restart fills again', () => {
    const world = known();
    expect(world.apply({ number: 2, events: [erasure] }).lists).toMatchObject([{ userId: 'ann', items: [] }]);
    for (let number = 3; number < 8; number++) {
      world.restart();
      expect(world.apply({ number, items: { a: [number, 0] } }).users).toEqual(['bob']);
    }
    expect(world.apply({ number: 8, generation: 2, items: { a: [1, 0] }, users: { bob: [1, 0] } }).users).toEqual([
      'bob',
    ]);
  });

  test('may come back as somebody new', () => {
    const world = known();
    world.apply({ number: 2, events: [erasure] });
    world.apply({ number: 3, events: [rating({ userId: 'ann', itemId: 'a' })], users: { ann: [3, 0] } });
    expect(firstTen(world, 'ann')).toEqual(['b']);
  });

  test('may come back with the very version that erased it', () => {
    const world = known();
    world.apply({ number: 2, events: [erasure, rating({ userId: 'ann', itemId: 'b' })], users: { ann: [3, 0] } });
    expect(firstTen(world, 'ann')).toEqual(['a']);
  });
});

test('somebody of whom the model knows nothing any more has no list, and none of zeros', () => {
  const world = new ListWorld({ candidates: 12, everyVersions: 1 });
  world.apply({ number: 1, items: { a: [1, 0], b: [2, 0] }, users: { ann: [1, 0] } });
  expect(world.apply({ number: 2, users: { ann: [0, 0] } }).lists).toMatchObject([{ userId: 'ann', items: [] }]);
  expect(world.apply({ number: 3, users: { bob: [0, 0] } }).lists).toEqual([]);
});

test('a session that became a user has no list any more', () => {
  const world = new ListWorld({ candidates: 12, everyVersions: 1 });
  const view = rating({ kind: 'view', value: 1, userId: '', sessionId: 's1', itemId: 'a' });
  world.apply({ number: 1, items: { a: [1, 0], b: [2, 0] }, users: { s1: [1, 0] }, events: [view] });
  const alias = rating({ kind: 'alias', value: 0, userId: 'ann', sessionId: 's1', itemId: '' });
  const { lists } = world.apply({ number: 2, events: [alias], users: { ann: [1, 0] } });
  expect(lists.map(({ userId, items }) => [userId, items.length])).toEqual([
    ['s1', 0],
    ['ann', 2],
  ]);
});

describe('quality', () => {
  const items = { a: [4, 0], b: [3, 0], c: [2, 0], d: [1, 0] };
  const wants = (userId: string, itemId: string) => rating({ userId, itemId, value: 5 });

  function told(world: ListWorld, cut: Omit<Cut, 'number'>) {
    world.apply({ number: 2, ...cut });
    return world.apply({ number: 16 }).told?.judged.map(({ policy, all, warm }) => ({
      policy,
      all: [all.events, ...all.places.slice(0, 3)],
      warm: [warm.events, ...warm.places.slice(0, 3)],
    }));
  }
  const known = (named: Pick<Cut, 'popular' | 'fallback'> = {}): ListWorld => {
    const world = new ListWorld({ candidates: 12, everyVersions: never });
    world.apply({ number: 1, items, users: { ann: [1, 0] }, ...named });
    return world;
  };

  test('is judged by the list that was published when the event came, not by the one that it leads to', () => {
    const judged = told(known(), { events: [wants('ann', 'b')], users: { ann: [-1, 0] } });
    expect(judged).toEqual([{ policy: 'live', all: [1, 0, 1, 0], warm: [1, 0, 1, 0] }]);
  });

  test('of somebody without a list is that of what was served then, trending before popular', () => {
    const cold = { policy: 'fallback', all: [1, 0, 1, 0], warm: [0, 0, 0, 0] };
    const served = known({ popular: ['c', 'd'], fallback: ['d', 'c'] });
    expect(told(served, { events: [wants('new', 'c')], fallback: ['a'], popular: ['a'] })).toEqual([cold]);
  });

  test('of somebody without a list is that of what was popular, where the version says no more', () => {
    const world = known({ popular: ['d', 'c'] });
    world.restart();
    const judged = told(world, { events: [wants('new', 'c')], popular: ['a'] });
    expect(judged).toEqual([{ policy: 'fallback', all: [1, 0, 1, 0], warm: [0, 0, 0, 0] }]);
  });

  test('is judged by what an earlier release had kept for those without a list', () => {
    const world = known({ fallback: ['d', 'c'] });
    const [key, head] = [...world.rows.lists].find(([, value]) => value.includes('"fallback"')) ?? [];
    if (key === undefined || head === undefined) throw new Error('No head was kept');
    world.rows.lists.set(key, head.replace('"fallback"', '"popular"'));
    world.restart();
    expect(told(world, { events: [wants('new', 'c')] })).toMatchObject([{ policy: 'fallback', all: [1, 0, 1, 0] }]);
  });

  test('is not warm for an item that nobody had heard of', () => {
    const judged = told(known(), { events: [wants('ann', 'e')], items: { e: [9, 0] } });
    expect(judged).toEqual([{ policy: 'live', all: [1, 0, 0, 0], warm: [0, 0, 0, 0] }]);
  });

  test('counts what is wanted, once: no dislike, and nothing that the user knew', () => {
    const dislike = rating({ userId: 'ann', itemId: 'a', value: 1 });
    expect(told(known(), { events: [dislike, wants('ann', 'a')] })).toEqual([]);
    expect(told(known(), { events: [wants('ann', 'a'), wants('ann', 'a')] })).toMatchObject([{ all: [1, 1, 0, 0] }]);
  });

  test('tells what the lists hold as they stand', () => {
    const world = known();
    expect(world.apply({ number: 16 }).told?.exposure).toEqual({
      users: 1,
      items: 4,
      events: 4,
      halvings: 0,
      counts: ids('', 4).map((_, n) => ({ itemId: 'abcd'[n], exposures: 1, events: 1 })),
    });
    const erasure = rating({ kind: 'erase', value: 0, userId: 'ann', itemId: '' });
    expect(world.apply({ number: 32, events: [erasure] }).told?.exposure).toMatchObject({ users: 0, counts: [] });
  });

  test('is told once in eight numbers', () => {
    const world = known();
    const numbers = Array.from({ length: 60 }, (_, n) => n + 2);
    expect(numbers.filter(number => world.apply({ number }).told !== undefined)).toEqual([8, 16, 24, 32, 40, 48, 56]);
  });
});

test('restarts and failures change nothing of what is written', () => {
  const run = (seed: number, disturbed: boolean): string[] => {
    const [random, chance] = [new Random(seed), new Random(seed + 1)];
    const world = new ListWorld({ candidates: 20, everyVersions: 16 });
    const traffic = new Traffic(random, 4);
    const written = [JSON.stringify(world.apply(traffic.first()))];
    for (let version = 0; version < 80; version++) {
      const cut = traffic.next();
      if (disturbed && chance.chance(0.3)) world.restart();
      if (disturbed && chance.chance(0.3)) world.fail(cut);
      written.push(JSON.stringify(world.apply(cut)));
    }
    return written;
  };
  for (const seed of [1, 2, 3]) expect(run(seed, true)).toEqual(run(seed, false));
});

test('a digest of the first release is understood: the list is written again only if it differs', () => {
  const cut = { items: { a: [1, 2], b: [2, 1] }, users: { ann: [1, 1] } };
  const world = new ListWorld({ candidates: 12, everyVersions: never });
  world.apply({ number: 1, ...cut });
  const stored: unknown = JSON.parse(world.rows.lists.get('ann') ?? '');
  expect(stored).toHaveProperty('digest', expect.any(String));
  const { digest } = Object(stored);
  world.rows.lists.clear();
  world.rows.lists.set('ann', String(digest));
  world.restart();
  expect(world.apply({ number: 2 }).users).toEqual([]);
  expect(world.apply({ number: 3, events: [rating({ userId: 'ann', itemId: 'a' })] }).users).toEqual(['ann']);
});

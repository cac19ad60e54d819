/** Steps of a topology from release to release: renamed, removed, added, given another key; or refused. */
import { expect, test } from 'vitest';
import { BuildError, IncompatibleState } from '../../../src/engine/errors.ts';
import type { Topology } from '../../../src/index.ts';
import { type Counting, release } from '../../support/releases.ts';
import { order, orders, sales } from '../../support/shop.ts';
import { Crash } from '../../support/settle.ts';
import { World } from '../../support/world.ts';

const byItem: Counting = { name: 'count', as: 'i:' };
const byCustomer: Counting = { name: 'people', as: 'c:', by: ({ customer }) => customer };

/** A world in which a release has taken two orders. */
async function after(first: Topology): Promise<World> {
  const world = await World.of([first]);
  await world.send(orders, order(0), order(1, { item: 'cake' }));
  await world.drain();
  return world;
}

/** What is told of the next order. */
async function next(world: World, id = 2): Promise<[string, number][]> {
  const before = (await world.output(sales)).length;
  await world.send(orders, order(id));
  await world.drain();
  return (await world.output(sales)).slice(before).map(({ item, count }) => [item, count]);
}

const stepsOf = (world: World): string[] => [...world.store.entries('shop/0')].map(({ step, key }) => `${step} ${key}`);

test('a renamed step goes on with its state, which is moved with the first checkpoint', async () => {
  const world = await after(release([byItem]));
  await world.deploy([release([{ ...byItem, name: 'tally' }], { renamed: { count: 'tally' } })]);
  const run = await world.open('shop');
  expect(stepsOf(world)).toEqual(['count cake', 'count tea']); // until there is an epoch the former release can go on
  await world.send(orders, order(2));
  await run.step();
  expect(stepsOf(world)).toEqual(['tally cake', 'tally tea']);
  expect((await world.output(sales)).at(-1)).toMatchObject({ item: 'i:tea', count: 2 });
  // The declaration stays, and changes nothing any more.
  expect(await next(world, 3)).toEqual([['i:tea', 3]]);
});

test('names of two releases ago are taken up too, and a release may be skipped', async () => {
  const third = release([{ ...byItem, name: 'c' }], { renamed: { count: 'c', b: 'c' } });
  for (const second of [[], [release([{ ...byItem, name: 'b' }], { renamed: { count: 'b' } })]]) {
    const world = await after(release([byItem]));
    let id = 2;
    for (const topology of second) {
      await world.deploy([topology]);
      expect(await next(world, id++)).toEqual([['i:tea', 2]]);
    }
    await world.deploy([third]);
    expect(await next(world, id)).toEqual([['i:tea', id]]);
  }
});

test('an epoch of the first release of a name that fails goes back to the state under its former name', async () => {
  const world = await after(release([byItem]));
  const failsOn = (id: number) =>
    release([{ ...byItem, name: 'tally', by: value => (value.id === id ? failing() : value.item) }], {
      renamed: { count: 'tally' },
    });
  await world.deploy([failsOn(3)]);
  await world.send(orders, order(2), order(3), order(4));
  await world.drain();
  expect((await world.output(sales)).map(({ order: id, count }) => [id, count])).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
    [4, 3],
  ]);
});

const failing = (): never => {
  throw new Error('on purpose');
};

test('a removed step leaves with the first checkpoint, an added one begins with what comes', async () => {
  const world = await after(release([byItem, byCustomer]));
  await world.deploy([release([byItem, { name: 'ids', as: 'n:' }], { removed: ['people'] })]);
  await world.open('shop');
  expect(stepsOf(world)).toContain('people ann');
  expect(await next(world)).toEqual([
    ['i:tea', 2],
    ['n:tea', 1],
  ]);
  expect(stepsOf(world)).toEqual(['count cake', 'count tea', 'ids tea']);
});

test('a step that has another key begins anew, once', async () => {
  const world = await after(release([byItem]));
  const rekeyed = release([{ ...byCustomer, name: 'count' }], { rekeyed: { count: 'customer' } });
  await world.deploy([rekeyed]);
  expect(await next(world)).toEqual([['c:ann', 1]]);
  expect(stepsOf(world)).toEqual(['count ann']);
  await world.deploy([rekeyed]);
  expect(await next(world, 3)).toEqual([['c:ann', 2]]);
  // Who forgets the declaration is told, and so is the release before it.
  await world.deploy([release([byItem])]);
  await expect(world.open('shop')).rejects.toThrow("keeps the state of 'count' by the key 'customer'");
});

test('a renamed step may have another key as well', async () => {
  const world = await after(release([byItem]));
  const now = release([{ ...byCustomer, name: 'people' }], { renamed: { count: 'people' }, rekeyed: { people: 'id' } });
  await world.deploy([now]);
  expect(await next(world)).toEqual([['c:ann', 1]]);
  expect(await next(world, 3)).toEqual([['c:ann', 2]]);
  expect(stepsOf(world)).toEqual(['people ann']);
});

test.for([
  [
    'a step that is gone and not declared',
    release([byCustomer]),
    "`{ removed: ['count'] }` or `{ renamed: { 'count': 'NEW' } }`",
  ],
  [
    'a name that already has state of its own',
    release([byCustomer], { renamed: { count: 'people' } }),
    "has state of 'count' and of 'people'",
  ],
  [
    'a former step of another kind of state',
    release([{ ...byItem, name: 'tally', version: 'json-2' }, byCustomer], { renamed: { count: 'tally' } }),
    "has 'tally' as 'keyed json-1', the topology as 'keyed json-2'",
  ],
] as const)('%s is refused before the first record, and nothing is changed', async ([, other, says]) => {
  const world = await after(release([byItem, byCustomer]));
  const [before, head] = [stepsOf(world), world.store.head('shop/0')];
  await world.send(orders, order(2));
  await world.deploy([other]);
  const opening = world.open('shop');
  await expect(opening).rejects.toThrow(IncompatibleState);
  await expect(opening).rejects.toThrow(says);
  expect([stepsOf(world), world.store.head('shop/0')]).toEqual([before, head]);
  expect(await world.output(sales)).toHaveLength(4);
});

test.for([
  ['a former name that is a step of today', [byItem], { renamed: { count: 'count' } }, "has a step 'count'"],
  ['a new name that is none', [byItem], { renamed: { old: 'new' } }, "'old' is now 'new', which is no step of it"],
  [
    'what is renamed as removed',
    [byItem],
    { renamed: { old: 'count' }, removed: ['old'] },
    'as renamed and as removed',
  ],
  ['a step that it has as removed', [byItem], { removed: ['count'] }, "the step 'count' as removed, and has it"],
  ['a key of no step', [byItem], { rekeyed: { old: 'x' } }, "another key of 'old', which is no step of it"],
  ['a stream that it reads as unread', [byItem], { unread: ['orders'] }, "'orders' as no longer read, and reads it"],
  [
    'a stream that it writes as unwritten',
    [byItem],
    { unwritten: ['sales'] },
    "'sales' as no longer written, and writes it",
  ],
] as const)('to declare %s is an error of the build', async ([, counts, evolution, says]) => {
  const building = World.of([release(counts, evolution)]);
  await expect(building).rejects.toThrow(BuildError);
  await expect(building).rejects.toThrow(says);
});

test('a declaration that nobody knows is refused', () => {
  // @ts-expect-error -- what a caller without types may write
  expect(() => release([byItem], { rename: {} })).toThrow("There is no 'rename' among what topology 'shop' says");
  expect(() => release([byItem], { version: 'x'.repeat(201) })).toThrow('has 201 characters, and 200 are allowed');
});

test('a crash at the first checkpoint of a release leaves the state to either of the two', async () => {
  const world = await after(release([byItem]));
  const renamed = release([{ ...byItem, name: 'tally' }], { renamed: { count: 'tally' } });
  await world.deploy([renamed]);
  world.observer = {
    step: (_, step, moment) => {
      if (step === 'checkpoint' && moment === 'before') throw new Crash();
    },
  };
  await world.send(orders, order(2));
  await expect((await world.open('shop')).step()).rejects.toThrow(Crash);
  expect(stepsOf(world)).toEqual(['count cake', 'count tea']);
  world.observer = undefined;
  await world.drain();
  expect(stepsOf(world)).toEqual(['tally cake', 'tally tea']);
  expect((await world.output(sales)).map(({ count }) => count)).toEqual([1, 1, 2]);
});

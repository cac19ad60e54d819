/** Whatever others do meanwhile: a tenant is told, to the byte, what it would be told if it were alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Item, Rating } from '../../../schemas/types.ts';
import { scoped } from '../../../src/recommender/domain/tenant.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { tenantGate } from './tenant-gate.ts';

const tenants = ['', 'north', 'south'] as const;
type Tenant = (typeof tenants)[number];
/** Few, so that all of them meet; the same ids in each tenant. */
const [users, things, visits] = [
  ['u0', 'u1', 'u2', 'u3'],
  ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6'],
  ['v0', 'v1'],
];

type Deed =
  | {
      readonly kind: 'rating' | 'order' | 'view';
      readonly who: string;
      readonly itemId: string;
      readonly value: number;
    }
  | { readonly kind: 'describe'; readonly itemId: string; readonly genre: string }
  | { readonly kind: 'alias'; readonly who: string; readonly visit: string }
  | { readonly kind: 'erase'; readonly who: string };
type Told = readonly [tenant: Tenant, deed: Deed];

const who = fc.constantFrom(...users);
const itemId = fc.constantFrom(...things);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('rating' as const), who, itemId, value: fc.constantFrom(0, 1, 3, 5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('order' as const, 'view' as const),
      who: fc.constantFrom(...users, ...visits),
      itemId,
      value: fc.constant(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('describe' as const),
      itemId,
      genre: fc.constantFrom('Drama', 'Crime', 'War'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alias' as const), who, visit: fc.constantFrom(...visits) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), who }) },
);
/** Between two epochs. All together they are too few to call for a generation, which is for everybody at once. */
const epochs = fc.array(fc.array(fc.tuple(fc.constantFrom(...tenants), deed), { maxLength: 9 }), {
  minLength: 4,
  maxLength: 10,
});

type Sent = { readonly item: Item } | { readonly event: Rating };

/** The nth deed of the story: its time, and the id of its event, are the same whoever else does something. */
function sentOf([tenant, done]: Told, n: number): Sent {
  const time = day + n * minute;
  if (done.kind === 'describe') {
    const { itemId: id, genre } = done;
    return { item: { itemId: id, tenant, title: `${id} ${genre}`, genres: [genre], tags: [], available: true, time } };
  }
  const event = rating({ tenant, eventId: `e${n}`, kind: done.kind, time, itemId: '', value: 0, userId: done.who });
  if (done.kind === 'erase') return { event };
  if (done.kind === 'alias') return { event: { ...event, sessionId: done.visit } };
  const { itemId: id, value } = done;
  const isVisit = visits.includes(done.who);
  return { event: { ...event, itemId: id, value, ...(isVisit && { userId: '', sessionId: done.who }) } };
}

const urls = [
  ...users.flatMap(user => [
    `/v2/users/${user}/recommendations?n=20`,
    `/v2/users/${user}/recommendations?n=2&exclude=none&explain=3`,
    `/v2/users/${user}/profile`,
    `/v2/users/${user}/recommendations/i1/why`,
    `/v2/users/${user}/estimates/i2`,
  ]),
  ...visits.map(visit => `/v2/users/${visit}/recommendations?n=20`),
  ...things.flatMap(thing => [`/v2/items/${thing}/similar`, `/v2/items/${thing}/trends`]),
  '/v2/popular?n=20',
  '/v2/trending?n=20',
  '/v2/trends?window=daily',
  '/v2/users?n=50',
  '/v2/items?n=50',
];

/** All that a process which has only what these tenants did tells each of them, and what its documents hold. */
async function toldBy(
  told: readonly (readonly Told[])[],
  of: readonly Tenant[],
): Promise<ReadonlyMap<Tenant, unknown>> {
  const lists = { candidates: 5, everyVersions: 3 };
  const { world, server } = await dataflow({ access: { gate: tenantGate } }, { lists });
  let n = 0;
  for (const epoch of told) {
    const sent = epoch.map(one => [one[0], sentOf(one, n++)] as const).filter(([tenant]) => of.includes(tenant));
    for (const [, one] of sent) await ('item' in one ? world.send(items, one.item) : world.send(ratings, one.event));
    await world.drain();
    // Windows in motion are told once a second at most, whoever's they are.
    world.clock.time += 2_000;
  }
  await world.drain();
  world.clock.time = start + minute;
  const all = new Map<Tenant, unknown>();
  for (const tenant of of) {
    const answers: unknown[] = [];
    for (const url of urls) {
      const headers = { authorization: `${tenant}|service`, 'x-request-id': 'the-same-in-both-processes' };
      const { statusCode, body } = await server.app.inject({ url, headers });
      answers.push([url, statusCode, body]);
    }
    for (const [collection, ids] of [
      ['userVectors', [...users, ...visits]],
      ['itemVectors', things],
      ['recommendations', [...users, ...visits]],
    ] as const)
      for (const id of ids) {
        const own = scoped(tenant, id);
        answers.push([collection, id, (await world.documents.get({ collection, partition: own, id: own }))?.body]);
      }
    all.set(tenant, answers);
  }
  return all;
}

const rated = (tenant: Tenant, user: string, thing: string, value = 5): Told => [
  tenant,
  { kind: 'rating', who: user, itemId: thing, value },
];

/** What chance may leave out: each is a way in which one could feel the other. */
const felt: Told[][] = [
  [rated('north', 'u0', 'i0', 3), rated('north', 'u1', 'i1'), rated('south', 'u0', 'i0')],
  // Versions that have nothing of the north.
  [rated('south', 'u0', 'i1')],
  // A catalogue waits for the next event, which has to be one of its own.
  [
    ['north', { kind: 'describe', itemId: 'i3', genre: 'Drama' }],
    ['north', { kind: 'describe', itemId: 'i0', genre: 'Drama' }],
  ],
  [rated('south', 'u1', 'i2', 1)],
  // A note of one between the events of the other, of which it makes no two cuts.
  [rated('north', 'u0', 'i1', 1), ['south', { kind: 'erase', who: 'u0' }], rated('north', 'u2', 'i0')],
  [rated('south', 'u2', 'i3')],
  [rated('south', 'u3', 'i3'), ['', { kind: 'erase', who: 'u3' }]],
];

/** A session goes on after it has become a user's, whose events lie in another partition. */
const goesOn: Told[][] = [
  [rated('', 'u3', 'i0', 3)],
  [rated('', 'u0', 'i0')],
  [
    ['north', { kind: 'alias', who: 'u3', visit: 'v1' }],
    rated('', 'u0', 'i0', 0),
    ['north', { kind: 'order', who: 'v1', itemId: 'i0', value: 1 }],
  ],
];

/** Nothing of one moves while something of another does: what is learnt of it makes a version all the same. */
const stands: Told[][] = [[rated('south', 'u3', 'i0', 0)], [rated('', 'u0', 'i0', 0), rated('south', 'u3', 'i0', 0)]];

test('answers, versions, lists and vectors of a tenant are those of a process that has only what it did', async () => {
  await fc.assert(
    fc.asyncProperty(epochs, async told => {
      const together = await toldBy(told, tenants);
      for (const tenant of ['north', 'south'] as const) {
        const alone = await toldBy(told, [tenant]);
        expect(together.get(tenant)).toEqual(alone.get(tenant));
      }
    }),
    { numRuns: 6, examples: [[felt], [goesOn], [stands]], endOnFailure: true },
  );
});

/** What is learnt of a tenant does not depend on whether there is another. */
import { expect, test } from 'vitest';
import { defaultLearner, Learner } from '../../../src/recommender/domain/learner.ts';
import { scoped } from '../../../src/recommender/domain/tenant.ts';
import { day, minute, rating } from '../../topologies/events.ts';

const settings = { ...defaultLearner, model: { factors: 6, sweeps: 3 }, cutEvery: 40 };
const never = new AbortController().signal;

function eventsOf(tenant: string, { count, salt }: { readonly count: number; readonly salt: number }) {
  return Array.from({ length: count }, (_, n) =>
    rating({
      tenant,
      eventId: `${salt}-${n}`,
      userId: `u${(n * 7 + salt) % 13}`,
      itemId: `i${(n * 11 + salt * 3) % 17}`,
      value: 1 + ((n * salt) % 5),
      // Those of all tenants lie among each other.
      time: day + (Math.floor(salt / 20) * 1_000 + n) * minute,
    }),
  );
}

const itemsOf = (tenant: string, genre: string) =>
  Array.from({ length: 20 }, (_, n) => ({
    itemId: `i${n}`,
    tenant,
    title: `i${n}`,
    genres: [n % 2 === 0 ? genre : 'Drama'],
    tags: [],
    available: true,
    time: day,
  }));

/** A first backlog, which is trained as a whole; then one that is learnt in cuts; then a few live events. */
async function learner(tenants: readonly string[]): Promise<Learner> {
  const learnt = new Learner(settings);
  const epochs = [
    [...tenants].flatMap(tenant => [
      ...itemsOf(tenant, tenant === 'north' ? 'Crime' : 'War'),
      ...eventsOf(tenant, { count: tenant === 'north' ? 150 : 400, salt: 1 + tenant.length }),
    ]),
    [...tenants].flatMap(tenant => eventsOf(tenant, { count: tenant === 'north' ? 60 : 90, salt: 20 + tenant.length })),
    [...tenants].flatMap(tenant => eventsOf(tenant, { count: 5, salt: 40 + tenant.length })),
  ];
  for (const inputs of epochs) {
    for (const input of inputs) learnt.next(input);
    const turn = () => Promise.resolve();
    await learnt.endEpoch({ caughtUp: true, clock: day * 9, signal: never, turn });
    for (const _ of learnt.changes());
    learnt.committed();
  }
  return learnt;
}

test('vectors, means, what is popular and why are to the bit those of a learner that never heard of the other tenant', async () => {
  const [both, alone] = [await learner(['north', 'south-sea']), await learner(['north'])];
  expect(both.model.version.generation).toBe(1);
  expect(alone.model.version.generation).toBe(1);
  const users = alone.model.ids.users;
  const items = alone.model.ids.items;
  expect([users.length, items.length]).toEqual([13, 20]);
  for (const user of users) {
    expect(both.model.user(user)).toEqual(alone.model.user(user));
    expect(both.model.why(user, scoped('north', 'i1'))).toEqual(alone.model.why(user, scoped('north', 'i1')));
  }
  for (const item of items) expect(both.model.item(item)).toEqual(alone.model.item(item));
  expect(both.popular.get('north')).toEqual(alone.popular.get('north'));
  expect(both.model.meanOf('north')).toBe(alone.model.meanOf('north'));
  expect(both.popular.size).toBe(3);
});

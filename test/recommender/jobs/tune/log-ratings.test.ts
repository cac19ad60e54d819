import { expect, test } from 'vitest';
import type { Rating } from '../../../../schemas/types.ts';
import { ratingsOfLog } from '../../../../src/recommender/jobs/tune/index.ts';
import { intake } from '../../../../topologies/intake.ts';
import { ratings as stream } from '../../../../topologies/streams.ts';
import { World } from '../../../support/world.ts';

const time = Date.UTC(2026, 0, 1);
const event = (own: Partial<Rating>): Rating => ({
  eventId: `e${JSON.stringify(own)}`,
  tenant: '',
  userId: 'anna',
  sessionId: '',
  itemId: 'heat',
  kind: 'rating',
  value: 4,
  time,
  ...own,
});

test('the ratings of a log are those of people as they are now: merged by an alias, gone with an erasure', async () => {
  const world = await World.of([intake], { partitions: 2 });
  world.clock.time = time;
  await world.send(stream, event({}));
  await world.send(stream, event({ userId: '', sessionId: 's1', itemId: 'ronin', value: 5 }));
  await world.send(stream, event({ kind: 'alias', sessionId: 's1', itemId: '', value: 0 }));
  await world.send(stream, event({ userId: 'ben' }));
  await world.send(stream, event({ kind: 'erase', userId: 'ben', itemId: '', value: 0, time: time + 1 }));
  await world.send(stream, event({ userId: 'ben', itemId: 'alien', time: time + 2 }));
  await world.send(stream, event({ kind: 'view', value: 0 }));
  await world.send(stream, event({ value: 11 }));
  await world.sendBytes(stream, 'anna', Uint8Array.of(1, 2, 3));
  const { ratings, others } = await ratingsOfLog(world);
  const rows = Array.from(ratings.users, (user, row) =>
    [ratings.userIds[user], ratings.itemIds[ratings.items[row] ?? NaN], ratings.stars[row]].join(' '),
  );
  expect(rows.sort()).toEqual(['anna heat 4', 'anna ronin 5', 'ben alien 4']);
  // An alias, a rating that was erased, an erasure, a view, one that is off the scale, and bytes that are no record.
  expect(others).toBe(6);
});

test('a rating that was deleted is none, also where it was that of a session', async () => {
  const world = await World.of([intake], { partitions: 2 });
  world.clock.time = time;
  const session = { userId: '', sessionId: 's1' };
  await world.send(stream, event({ value: 0, time: time + 2 }), event({}), event({ value: 5, time: time + 1 }));
  await world.send(stream, event({ ...session, itemId: 'ronin' }));
  await world.send(stream, event({ ...session, itemId: 'ronin', value: 0, time: time + 1 }));
  await world.send(stream, event({ kind: 'alias', sessionId: 's1', itemId: '', value: 0 }));
  await world.send(stream, event({ itemId: 'ronin', value: 3, time: time + 2 }), event({ userId: 'ben', value: 2 }));
  const { ratings } = await ratingsOfLog(world);
  expect(ratings.stars.toSorted()).toEqual(Float64Array.of(2, 3));
});

test('of several tenants one has to be named, and its ratings alone are taken', async () => {
  const world = await World.of([intake], { partitions: 2 });
  world.clock.time = time;
  await world.send(stream, event({ tenant: 'north' }), event({ tenant: 'south', value: 2 }));
  await expect(ratingsOfLog(world)).rejects.toMatchObject({ code: 'SEVERAL_TENANTS' });
  const { ratings, others } = await ratingsOfLog(world, 'south');
  expect([[...ratings.stars], others]).toEqual([[2], 1]);
});

import { expect, test } from 'vitest';
import { testTopology } from '../../src/testing.ts';
import { intake } from '../../topologies/intake.ts';
import { ratings, ratingsByItem } from '../../topologies/streams.ts';
import { watched } from '../support/watched-store.ts';
import { World } from '../support/world.ts';
import { day, hour, rating, start } from './events.ts';

test('a sound event is handed on by item', async () => {
  await using run = await testTopology(intake, { seed: 1, start, partitions: 4 });
  const heat = rating({ itemId: 'heat' });
  const alien = rating({ itemId: 'alien', kind: 'order', value: 2 });
  await run.send(ratings, heat, alien);
  expect(run.output(ratingsByItem).forKey('heat')).toEqual([heat]);
  expect(run.output(ratingsByItem).forKey('alien')).toEqual([alien]);
});

test('an event that is sent twice counts once, also after a crash', async () => {
  await using run = await testTopology(intake, { seed: 2, start });
  const event = rating();
  await run.send(ratings, event, event);
  await run.crash();
  await run.send(ratings, { ...event, time: event.time + hour });
  expect(run.output(ratingsByItem).values).toEqual([event]);
});

test('who takes it over loads none of the ids of a day, and knows them', async () => {
  const world = await World.of([intake]);
  world.clock.time = start;
  const events = Array.from({ length: 50 }, (_, n) => rating({ eventId: `e${n}` }));
  await world.send(ratings, ...events);
  await world.drain();
  const read: (string | undefined)[] = [];
  await world.send(ratings, ...events.slice(10, 20));
  await world.drain({ store: watched(world.store, read) });
  expect(read).not.toContain('event-ids');
  expect(await world.output(ratingsByItem)).toEqual(events);
});

test('what does not count becomes a dead letter with its reason, and the stream goes on', async () => {
  await using run = await testTopology(intake, { seed: 3, start });
  await run.send(
    ratings,
    rating({ value: NaN }),
    rating({ value: Infinity }),
    rating({ value: 7 }),
    rating({ userId: '' }),
    rating({ itemId: 'x'.repeat(10_240) }),
    rating({ time: 0 }),
    rating({ time: Date.UTC(2100, 0, 1) }),
    rating({ itemId: 'good' }),
  );
  await run.sendBytes(ratings, 'ann', Buffer.from('no rating'));
  expect(run.output(ratingsByItem).values).toMatchObject([{ itemId: 'good' }]);
  expect(run.deadLetters().map(({ reason }) => reason)).toEqual([
    expect.stringContaining('NaN is not a finite number'),
    expect.stringContaining('Infinity is not a finite number'),
    expect.stringContaining('value 7 of an event of kind rating is not on the scale'),
    'userId is missing',
    'itemId has 10240 characters, 256 are allowed',
    expect.stringContaining('lies before'),
    expect.stringContaining('lies more than a day after its arrival'),
    expect.stringContaining('Not a value of millrace.Rating'),
  ]);
});

test('an event of the year 2100 does not move event time', async () => {
  await using run = await testTopology(intake, { seed: 4, start });
  await run.send(ratings, rating({ time: Date.UTC(2100, 0, 1) }));
  const again = rating({ time: day });
  await run.send(ratings, again, again);
  expect(run.output(ratingsByItem).values).toEqual([again]);
});

test('aliases and erasures are about no item: they are not handed on, nor are they dead letters', async () => {
  await using run = await testTopology(intake, { seed: 5, start });
  await run.send(ratings, rating({ kind: 'alias', value: 0, sessionId: 's', itemId: '' }));
  await run.send(ratings, rating({ kind: 'erase', value: 0, itemId: '' }));
  expect(run.output(ratingsByItem).values).toEqual([]);
  expect(run.deadLetters()).toEqual([]);
});

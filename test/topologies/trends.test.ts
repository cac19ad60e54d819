import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { testTopology } from '../../src/testing.ts';
import { intake } from '../../topologies/intake.ts';
import { leaders } from '../../topologies/leaders.ts';
import { itemTrends, ratings } from '../../topologies/streams.ts';
import { trends } from '../../topologies/trends.ts';
import { day, hour, minute, rating, start } from './events.ts';

const quarter = 15 * minute;

/** Last state of each window, by definition: every hour that begins at a quarter and holds the rating, and its day. */
function windowsOf(events: readonly Rating[]): Map<string, { count: number; sum: number }> {
  const windows = new Map<string, { count: number; sum: number }>();
  const count = (kind: string, from: number, { itemId, value }: Rating): void => {
    const id = `${kind} ${from} ${itemId}`;
    const before = windows.get(id) ?? { count: 0, sum: 0 };
    windows.set(id, { count: before.count + 1, sum: before.sum + value });
  };
  for (const event of events) {
    count('daily', Math.floor(event.time / (24 * hour)) * 24 * hour, event);
    for (let from = day - hour; from <= day + 25 * hour; from += quarter) {
      if (from <= event.time && event.time < from + hour) count('hourly', from, event);
    }
  }
  return windows;
}

test('the deletion of a rating is in no window, and takes nothing out of one', async () => {
  await using run = await testTopology([intake, trends, leaders], { start });
  const at = (own: Partial<Rating>): Rating => rating({ ...own, time: day + 5 * hour + (own.time ?? 0) });
  await run.send(ratings, at({ value: 4 }), at({ value: 0, time: minute }), at({ value: 0, time: 2 * hour }));
  await run.advanceTo(start + 26 * hour);
  const told = run.output(itemTrends).values;
  expect(told.length).toBeGreaterThan(0);
  expect(new Set(told.map(({ count, sum }) => `${count} ${sum}`))).toEqual(new Set(['1 4']));
});

test('windows are those of the definition, whatever the order within the lateness, the partitions and the crashes', async () => {
  const one = fc.record({
    itemId: fc.constantFrom('heat', 'alien', 'up'),
    userId: fc.constantFrom('ann', 'bob', 'cyd', 'dan'),
    value: fc.integer({ min: 1, max: 10 }).map(half => half / 2),
    minutes: fc.integer({ min: 0, max: 200 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 25 }), fc.integer({ min: 0, max: 1e6 }), async (some, seed) => {
      await using run = await testTopology([intake, trends, leaders], { seed, start, partitions: 1 + (seed % 3) });
      // Sent out of order by less than the lateness of the stream.
      const sent = some
        .toSorted((a, b) => a.minutes - b.minutes)
        .map(({ minutes, ...event }, n) =>
          rating({ ...event, time: day + 5 * hour + minutes * minute - (n % 2) * 30_000 }),
        );
      for (let from = 0; from < sent.length; from += 7) {
        await run.send(ratings, ...sent.slice(from, from + 7));
        if (seed % 2 === 0) await run.crash();
      }
      await run.advanceTo(start + 26 * hour);
      const last = new Map(
        run
          .output(itemTrends)
          .values.map(trend => [
            `${trend.window} ${trend.start} ${trend.itemId}`,
            { count: trend.count, sum: trend.sum },
          ]),
      );
      const late = run.deadLetters().length;
      expect(late).toBe(0);
      expect(last).toEqual(windowsOf(sent));
    }),
    { numRuns: 25 },
  );
});

test('counted by day and late ones together are all that was accepted', async () => {
  await using run = await testTopology([intake, trends], { seed: 9, start });
  const old = rating({ time: day - 5 * 24 * hour });
  await run.send(ratings, rating(), rating(), old, rating());
  await run.advanceTo(start + 2 * hour);
  const days = (await run.documents('aggregates')).filter(({ id }) => id.startsWith('daily'));
  const late = run.deadLetters().filter(({ reason }) => reason.startsWith("late for 'daily'"));
  expect(days.map(({ body }) => body['count'])).toEqual([3]);
  expect(late).toMatchObject([{ topic: 'ratings-by-item', key: 'heat' }]);
});

test('views and orders are no ratings: they are not counted', async () => {
  await using run = await testTopology([intake, trends], { seed: 10, start });
  await run.send(ratings, rating({ kind: 'view', value: 1 }), rating({ kind: 'order', value: 1 }));
  await run.advanceTo(start + 2 * hour);
  expect(run.output(itemTrends).values).toEqual([]);
});

test('the board of the newest hour has the most-rated items first, then the better ones', async () => {
  await using run = await testTopology([intake, trends, leaders], { seed: 11, start, partitions: 3 });
  await run.send(ratings, rating({ itemId: 'old', time: day + 2 * hour }));
  await run.send(
    ratings,
    rating({ itemId: 'heat', value: 3 }),
    rating({ itemId: 'alien', value: 5 }),
    rating({ itemId: 'up', value: 5 }),
    rating({ itemId: 'heat', value: 4 }),
  );
  await run.advanceTo(start + 2 * hour);
  expect(await run.document('aggregates', 'hourly', 'leaders')).toMatchObject({
    start: day + 10 * hour,
    items: [
      { itemId: 'heat', count: 2, mean: 3.5 },
      { itemId: 'alien', count: 1, mean: 5 },
      { itemId: 'up', count: 1, mean: 5 },
    ],
  });
});

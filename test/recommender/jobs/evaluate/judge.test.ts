import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Contestant } from '../../../../src/recommender/jobs/evaluate/contestant.ts';
import { judge } from '../../../../src/recommender/jobs/evaluate/judge.ts';
import { RatingsBuilder } from '../../../../src/recommender/jobs/evaluate/ratings.ts';
import { parted } from '../../../../src/recommender/jobs/evaluate/protocols.ts';

const items = 14;

/** One user, and what it scores each of some items; the first two were learnt of it, the next ones held out. */
function splitOf(held: number) {
  const builder = new RatingsBuilder();
  for (let item = 0; item < items; item++) {
    builder.add({ userId: 'other', itemId: `i${item + 10}`, rating: 4, time: 0 });
    if (item < 2 + held) builder.add({ userId: 'u', itemId: `i${item + 10}`, rating: 4, time: 1 });
  }
  const { ratings } = builder.build();
  const isHeld = Uint8Array.from(ratings.users, (user, row) =>
    Number(ratings.userIds[user] === 'u' && (ratings.items[row] ?? 0) >= 2),
  );
  return { ...parted(ratings, isHeld), relevantFrom: 4 };
}

/** The naive way; and the same with the best found beforehand, of equal scores those with the lesser item. */
function contestants(scores: readonly number[]): { slow: Contestant; fast: Contestant } {
  const slow: Contestant = { scores: (_, into) => into.set(scores), stars: () => 3 };
  const fast: Contestant = {
    ...slow,
    best: (users, seen, n) => {
      const lists = Array.from(users, user => {
        const open = scores.map((_, item) => item).filter(item => !seen.of(user).includes(item));
        const best = open.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, n);
        return [...best, ...Array.from({ length: n - best.length }, () => -1)];
      });
      return {
        users,
        items: Int32Array.from(lists.flat()),
        scores: Float64Array.from(lists.flat(), item => scores[item] ?? 0),
      };
    },
  };
  return { slow, fast };
}

test('lists that are found for all users at once are those that all scores give, also where scores are tied', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: items, maxLength: items });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: items - 2 }), (values, held) => {
      const split = splitOf(held);
      const { slow, fast } = contestants(values);
      expect(judge(fast, split)).toEqual(judge(slow, split));
    }),
  );
});

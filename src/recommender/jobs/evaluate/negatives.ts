import { drawn } from './draw.ts';
import { Grouped } from './grouped.ts';
import { at } from './ratings.ts';
import type { Split } from './split.ts';

/** How many items a held-out one is ranked among, as in X. He et al., "Neural Collaborative Filtering", WWW 2017. */
export const negativesPerUser = 99;

/** For each judged user, items that others were learnt to have rated and the user never did; all, if they are fewer. */
export function sampledNegatives(
  { ratings, train, test }: Pick<Split, 'ratings' | 'train' | 'test'>,
  seed: number,
): Map<number, Int32Array> {
  const { users, items, userIds, itemIds } = ratings;
  const learnt = new Grouped(train, items, itemIds.length).present();
  const [own, held] = [new Grouped(train, users, userIds.length), new Grouped(test, users, userIds.length)];
  return new Map(
    Array.from(held.present(), user => {
      const rows = [...own.of(user), ...held.of(user)];
      const known = new Set(rows.map(row => at(items, row)));
      return [user, sample(learnt, known, index => drawn(seed, userIds[user] ?? '', index))] as const;
    }),
  );
}

/** A shuffle by swaps (Fisher and Yates), cut short. */
function sample(items: Int32Array, known: ReadonlySet<number>, draw: (index: number) => number): Int32Array {
  const unknown = items.filter(item => !known.has(item));
  const many = Math.min(negativesPerUser, unknown.length);
  for (let index = 0; index < many; index++) {
    const other = index + (draw(index) % (unknown.length - index));
    const [a, b] = [at(unknown, index), at(unknown, other)];
    unknown[index] = b;
    unknown[other] = a;
  }
  return unknown.slice(0, many);
}

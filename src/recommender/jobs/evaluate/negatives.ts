import { drawn } from './draw.ts';
import type { Split } from './split.ts';

/** How many items a held-out one is ranked among, as in X. He et al., "Neural Collaborative Filtering", WWW 2017. */
export const negativesPerUser = 99;

/** For each judged user, items that others were learnt to have rated and the user never did; all, if they are fewer. */
export function sampledNegatives({ train, test }: Pick<Split, 'train' | 'test'>, seed: number): Map<string, string[]> {
  const items = [...new Set(train.map(({ itemId }) => itemId))].sort();
  const own = Map.groupBy([...train, ...test], ({ userId }) => userId);
  const users = [...new Set(test.map(({ userId }) => userId))];
  return new Map(
    users.map(userId => {
      const known = new Set(own.get(userId)?.map(({ itemId }) => itemId));
      return [userId, sample(items, known, index => drawn(seed, userId, index))];
    }),
  );
}

/** A shuffle by swaps (Fisher and Yates), cut short. */
function sample(items: readonly string[], known: ReadonlySet<string>, draw: (index: number) => number): string[] {
  const unknown = items.filter(item => !known.has(item));
  const many = Math.min(negativesPerUser, unknown.length);
  for (let index = 0; index < many; index++) {
    const other = index + (draw(index) % (unknown.length - index));
    const [a = '', b = ''] = [unknown[index], unknown[other]];
    unknown[index] = b;
    unknown[other] = a;
  }
  return unknown.slice(0, many);
}

/** Pairs of realistic skew: few items have most of them, and users differ by two orders of magnitude. From a seed. */
import type { SparseRows } from '../../../src/als/kernel/entries.ts';

export interface Shape {
  readonly users: number;
  readonly items: number;
  /** About how many; repeated draws are dropped. */
  readonly pairs: number;
  readonly seed: number;
}

/** The same pairs seen from both sides. */
export interface Pairs {
  readonly users: SparseRows;
  readonly items: SparseRows;
  readonly count: number;
}

/** Preference and weight (in sixteenths) of one to five stars, and how often each is given: the defaults, as MovieLens. */
const stars = [
  { share: 0.16, target: 0, weight: 32 },
  { share: 0.42, target: 1, weight: 24 },
  { share: 0.77, target: 1, weight: 32 },
  { share: 1, target: 1, weight: 48 },
] as const;
const leastOfUser = 20;

interface Pair {
  readonly user: number;
  readonly item: number;
  readonly target: number;
  readonly weight: number;
}

export function drawPairs(shape: Shape): Pairs {
  const pairs = [...eachPair(shape)];
  return {
    users: sparse(pairs, shape.users, ({ user, item }) => [user, item]),
    items: sparse(pairs, shape.items, ({ user, item }) => [item, user]),
    count: pairs.length,
  };
}

/** Popularity falls off as 1 / (rank + 30), activity is log-normal about its mean. */
function* eachPair({ users, items, pairs, seed }: Shape): Generator<Pair> {
  const next = generator(seed);
  const cumulative = new Float64Array(items);
  for (let item = 0, sum = 0; item < items; item++) cumulative[item] = sum += 1 / (item + 30);
  const total = cumulative.at(-1) ?? 1;
  const mean = pairs / users - leastOfUser;
  for (let user = 0; user < users; user++) {
    const normal = next() + next() + next() + next() - 2;
    const activity = leastOfUser + mean * Math.exp(1.9 * normal - 0.6);
    const drawn = new Set<number>();
    for (let n = 0; n < 1.35 * activity && drawn.size < items / 2; n++) drawn.add(found(cumulative, next() * total));
    for (const item of drawn) {
      const share = next();
      const { target, weight } = stars.find(one => share < one.share) ?? stars[2];
      yield { user, item, target, weight };
    }
  }
}

/** The first place whose cumulative sum is past a value. */
function found(cumulative: Float64Array, value: number): number {
  let [from, to] = [0, cumulative.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((cumulative[middle] ?? Infinity) > value) to = middle;
    else from = middle + 1;
  }
  return from;
}

function sparse(pairs: readonly Pair[], rows: number, ends: (pair: Pair) => readonly [number, number]): SparseRows {
  const starts = new Int32Array(rows + 1);
  for (const pair of pairs) starts[ends(pair)[0] + 1] = (starts[ends(pair)[0] + 1] ?? 0) + 1;
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  const place = starts.slice();
  const [neighbours, weights, targets] = [
    new Int32Array(pairs.length),
    new Uint16Array(pairs.length),
    new Int16Array(pairs.length),
  ];
  for (const pair of pairs) {
    const [row, neighbour] = ends(pair);
    const at = place[row] ?? 0;
    place[row] = at + 1;
    neighbours[at] = neighbour;
    weights[at] = pair.weight;
    targets[at] = pair.target;
  }
  return { starts, neighbours, weights, targets };
}

/** Numbers from 0 to 1 (mulberry32 by T. Ettinger). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value = (value + Math.imul(value ^ (value >>> 7), value | 61)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

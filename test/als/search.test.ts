import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alikeBest,
  type AllowedTopN,
  fittingBest,
  ItemSearch,
  SearchCounts,
  type SearchOptions,
  ways,
} from '../../src/als/index.ts';
import { onGrid } from '../../src/als/search/bounds.ts';

/** A search over items whose changes come while others have their turn. */
function searchOver(k: number, options: Partial<SearchOptions> = {}) {
  const counts = new SearchCounts();
  const meanwhile: (() => void)[] = [];
  const turn = async (): Promise<void> => meanwhile.shift()?.();
  const search = new ItemSearch(k, { turn, counts, leastScanned: 1, ...options });
  const set = (id: string, factors: readonly number[]): void =>
    search.changed(search.matrix.set(id, Int16Array.from(factors)));
  const went = () => Object.fromEntries(ways.flatMap(way => (counts.of(way) > 0 ? [[way, counts.of(way)]] : [])));
  return { search, set, meanwhile, went };
}

const everything = () => true;
const ids = (list: readonly { readonly itemId: string }[] | undefined) => list?.map(({ itemId }) => itemId);

/** Items i0, i1 ... of one factor each, so that each is its score. */
function line(scores: readonly number[], options: Partial<SearchOptions> = {}) {
  const opened = searchOver(1, options);
  for (const [n, score] of scores.entries()) opened.set(`i${n}`, [score]);
  return opened;
}

describe('a search among many items', () => {
  test('is by the readable sums alone where they are few', async () => {
    const { search, set, went } = searchOver(1, { leastScanned: 20 });
    for (let n = 0; n < 18; n++) set(`i${n}`, [n]);
    expect(ids(await search.fitting(Float64Array.of(1), { n: 2, isAllowed: everything }))).toEqual(['i17', 'i16']);
    expect(went()).toEqual({ few: 1 });
    set('i18', [18]);
    expect(ids(await search.fitting(Float64Array.of(1), { n: 2, isAllowed: everything }))).toEqual(['i18', 'i17']);
    expect(went()).toEqual({ few: 2 });
    set('i19', [19]);
    expect(ids(await search.fitting(Float64Array.of(1), { n: 2, isAllowed: everything }))).toEqual(['i19', 'i18']);
    expect(went()).toEqual({ few: 2, scanned: 1 });
  });

  test('ends with the first scan while 64 candidates beside the list suffice, and widens by one that is refused more', async () => {
    const scores = Array.from({ length: 3000 }, (_, n) => n);
    const least = (refused: number) => (id: string) => Number(id.slice(1)) < 3000 - refused;
    const { search, went } = line(scores);
    const fitting = (refused: number) => search.fitting(Float64Array.of(1), { n: 3, isAllowed: least(refused) });
    // Of 67 candidates the last is not above what was left out, but equal to the bound of itself: one has to be spare.
    expect(ids(await fitting(63))).toEqual(['i2936', 'i2935', 'i2934']);
    expect(went()).toEqual({ scanned: 1 });
    expect(ids(await fitting(64))).toEqual(['i2935', 'i2934', 'i2933']);
    expect(went()).toEqual({ scanned: 1, widened: 1 });
    expect(ids(await fitting(996))).toEqual(['i2003', 'i2002', 'i2001']);
    expect(went()).toEqual({ scanned: 1, widened: 2 });
    expect(ids(await fitting(997))).toEqual(['i2002', 'i2001', 'i2000']);
    expect(went()).toEqual({ scanned: 1, widened: 2, whole: 1 });
    expect(await fitting(3000)).toEqual([]);
  });

  test('tells equal scores apart by id, also where more of them are equal than a scan keeps', async () => {
    const { search, went } = line(Array.from({ length: 1100 }, () => 5));
    const list = ids(await search.fitting(Float64Array.of(1), { n: 3, isAllowed: everything }));
    expect(list).toEqual(['i0', 'i1', 'i10']);
    expect(went()).toEqual({ whole: 1 });
  });

  test('keeps an item that the grid moved below others, up to half a step for each step of a row', async () => {
    // On the grid, 32767 steps of 2^-15 below 1, both factors of 2^-17 become none: 90 items of 400 such are as zeros.
    const tiny = 2 ** -17;
    const { search, set, went } = searchOver(2);
    for (let n = 0; n < 3000; n++) set(`i${n}`, n < 2000 ? [0, 0] : [0, n - 2000]);
    const factors = Float64Array.of(0.9, tiny);
    expect(onGrid(factors, { greatestSquare: 1e6 })?.x).toEqual(Int16Array.of(29491, 0));
    const list = await search.fitting(factors, { n: 2, isAllowed: everything });
    expect(list).toEqual([
      { itemId: 'i2999', score: 999 * tiny },
      { itemId: 'i2998', score: 998 * tiny },
    ]);
    expect(went()).toEqual({ whole: 1 });
  });

  test('goes by no list whose last item is within what the rounding may have hidden', async () => {
    // In steps of 2^-14 the factors are 16384, 100, and 0.4999, which is rounded away.
    const factors = Float64Array.of(1, 100 / 2 ** 14, 0.4999 / 2 ** 14);
    const { search, set, went } = searchOver(3);
    set('best of the scan', [0, 2, 0]);
    for (let n = 0; n < 99; n++) set(`i${n}`, [0, 1, 0]);
    set('best', [0, 1, 299]);
    // The scan has 200, 100 ... 100; the best of all, 249, is one of those that it leaves out at 100.
    expect(ids(await search.fitting(factors, { n: 1, isAllowed: everything }))).toEqual(['best']);
    expect(went()).toEqual({ widened: 1 });
  });

  test('of nothing that has a grid is by the readable sums', async () => {
    const { search, went } = line([3, 1, 2]);
    for (const x of [0, NaN, Infinity, -Infinity, 1e300])
      expect(ids(await search.fitting(Float64Array.of(x), { n: 9, isAllowed: everything }))).toEqual(
        ids(fittingBest(Float64Array.of(x), search.matrix, { n: 9, isAllowed: everything })),
      );
    expect(went()).toEqual({ whole: 5 });
  });

  test('refuses factors that do not fit, and knows no item that is not there', async () => {
    const { search } = line([1]);
    expect(() => search.fitting(Float64Array.of(1, 2), { n: 1, isAllowed: everything })).toThrow(RangeError);
    expect(await search.alike('none', { n: 1, isAllowed: everything })).toBeUndefined();
  });

  test('counts what changes, or comes, while others have their turn', async () => {
    const opened = line(
      Array.from({ length: 200 }, (_, n) => n),
      { scannedPerTurn: 100 },
    );
    const { search, set, meanwhile, went } = opened;
    meanwhile.push(() => {
      set('i199', [-1]); // was to be scanned
      set('i3', [500]); // was scanned before it was the best
      set('new', [400]);
      set('i10', [-5]);
      set('i150', [450]); // is scanned as it is by then, and scored apart
    });
    const list = await search.fitting(Float64Array.of(1), { n: 4, isAllowed: everything });
    expect(list).toEqual([
      { itemId: 'i3', score: 500 },
      { itemId: 'i150', score: 450 },
      { itemId: 'new', score: 400 },
      { itemId: 'i198', score: 198 },
    ]);
    expect(went()).toEqual({ scanned: 1 });
    // Nothing of a search that is over is kept up.
    expect(ids(await search.fitting(Float64Array.of(-1), { n: 1, isAllowed: everything }))).toEqual(['i10']);
  });

  test('of an item that changes meanwhile is as of what it is then', async () => {
    const { search, set, meanwhile } = searchOver(2, { scannedPerTurn: 8 });
    set('own', [1, 0]);
    for (let n = 0; n < 9; n++) set(`i${n}`, [9 - n, n]);
    meanwhile.push(() => set('own', [0, 7]));
    expect(ids(await search.alike('own', { n: 2, isAllowed: everything }))).toEqual(['i8', 'i7']);
    expect(ids(await search.alike('own', { n: 1, isAllowed: id => id !== 'i8' }))).toEqual(['i7']);
  });
});

const few = fc.integer({ min: -2, max: 2 });
const many = fc.integer({ min: -32767, max: 32767 });
const factor = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** -20, 1e-9, 32767, -0.5, 1e6),
  fc.double({ min: -3, max: 3, noNaN: true }),
);

/** Few different values, so that many scores are equal; or any, so that the grid is coarse. */
const given = fc.integer({ min: 1, max: 9 }).chain(k => {
  const rowOf = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: k, maxLength: k });
  const row = fc.oneof(rowOf(few), rowOf(many), fc.constant(Array.from({ length: k }, () => 0)));
  return fc.record({
    k: fc.constant(k),
    rows: fc.array(row, { minLength: 1, maxLength: 150, size: 'max' }),
    factors: rowOf(factor),
    n: fc.integer({ min: 0, max: 12 }),
    allowedOf: fc.constantFrom(1, 2, 30),
    // Changed, or new where past the last.
    changes: fc.array(fc.array(fc.tuple(fc.nat(160), row), { maxLength: 20 }), { maxLength: 4 }),
    perTurn: fc.integer({ min: 1, max: 300 }),
  });
});

type One = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** One for each way that a search of many items can go. */
const plain = { k: 2, factors: [0, -1], n: 4, changes: [], perTurn: 100 };
const rowsOf = (length: number, each: (n: number) => number) => Array.from({ length }, (_, n) => [1, each(n)]);
const examples: [One][] = [
  [{ ...plain, rows: rowsOf(150, n => n), allowedOf: 1 }],
  [{ ...plain, rows: rowsOf(150, n => n), allowedOf: 30 }],
  [{ ...plain, rows: rowsOf(1100, () => 1), allowedOf: 1 }],
];

type Asked = (search: ItemSearch, factors: Float64Array, options: AllowedTopN) => unknown;

/** Each search, and what the readable sums say once it is over. */
const searches: readonly (readonly [name: string, ask: Asked, readable: Asked])[] = [
  [
    'what fits',
    (search, factors, options) => search.fitting(factors, options),
    (search, factors, options) => fittingBest(factors, search.matrix, options),
  ],
  [
    'what is alike',
    (search, _factors, options) => search.alike('i0', options),
    ({ matrix }, _factors, { n, isAllowed }) =>
      alikeBest(matrix.row(0), matrix, { n, isAllowed: id => id !== 'i0' && isAllowed(id) }),
  ],
];

test.for(searches)(
  '%s is what the readable sums answer, to the bit, whatever changes meanwhile',
  async ([, ask, readable]) => {
    const went = new Set<string>();
    await fc.assert(
      fc.asyncProperty(given, async ({ k, rows, factors, n, allowedOf, changes, perTurn }) => {
        const opened = searchOver(k, { scannedPerTurn: perTurn });
        for (const [at, row] of rows.entries()) opened.set(`i${at}`, row);
        for (const some of changes)
          opened.meanwhile.push(() => {
            for (const [at, row] of some) opened.set(`i${at}`, row);
          });
        const options = { n, isAllowed: (id: string) => Number(id.slice(1)) % allowedOf === 0 };
        const found = await ask(opened.search, Float64Array.from(factors), options);
        expect(found).toEqual(readable(opened.search, Float64Array.from(factors), options));
        for (const way of Object.keys(opened.went())) went.add(way);
      }),
      { numRuns: 300, examples },
    );
    expect([...went].sort()).toEqual(['scanned', 'whole', 'widened']);
  },
);

describe('factors on a grid', () => {
  test('are as fine as 16 bits hold them', () => {
    expect(onGrid(Float64Array.of(32767, -1), { greatestSquare: 9 })).toEqual({
      x: Int16Array.of(32767, -1),
      scale: 1,
      moved: 0,
    });
    expect(onGrid(Float64Array.of(32768), { greatestSquare: 9 })).toEqual({
      x: Int16Array.of(16384),
      scale: 1 / 2,
      moved: 0,
    });
    expect(onGrid(Float64Array.of(1, 0.75 * 2 ** -14), { greatestSquare: 9 })).toEqual({
      x: Int16Array.of(16384, 1),
      scale: 2 ** 14,
      moved: 0.25,
    });
  });

  test('are so coarse that no product leaves 32 bits: one step below the bound, and one above', () => {
    const most = (2 ** 31 - 1) / 16384;
    const squared = (length: number) => ({ greatestSquare: length ** 2 });
    expect(onGrid(Float64Array.of(1), squared(Math.floor(most)))?.scale).toBe(2 ** 14);
    expect(onGrid(Float64Array.of(1), squared(Math.ceil(most) + 1))?.scale).toBe(2 ** 13);
  });
});

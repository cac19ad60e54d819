import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BestRows } from '../../../src/als/kernel/best-rows.ts';
import { ReferenceRows } from '../../../src/als/kernel/reference/scan.ts';
import { ordered, type ScannedRows, unordered } from '../../../src/als/kernel/scan.ts';
import { WasmRows } from '../../../src/als/kernel/wasm/scanned-rows.ts';

const scanners: readonly (readonly [name: string, open: (k: number) => ScannedRows])[] = [
  ['reference', k => new ReferenceRows(k)],
  ['wasm', k => new WasmRows(k)],
];

function filled(rows: ScannedRows, values: readonly (readonly number[])[]): ScannedRows {
  rows.reserve(values.length * rows.k);
  rows.values.set(values.flat());
  return rows;
}

const found = ({ rows, scores }: BestRows) => rows.map((row, place) => [row, scores[place]]);

describe.each(scanners)('a scan, %s', (_, open) => {
  const [three, one] = [Int16Array.of(1, 2, -1), Int16Array.of(1)];

  test('finds the greatest products, equal ones by row', () => {
    const rows = filled(open(3), [
      [1, 0, 0],
      [0, 3, 0],
      [0, 0, 4],
      [6, 0, 0],
      [-9, 9, 9],
      [0, 0, 0],
    ]);
    const best = new BestRows(4);
    rows.scan({ first: 0, end: 6, x: three, by: 'product', best });
    expect(found(best)).toEqual([
      [1, 6],
      [3, 6],
      [0, 1],
      [4, 0],
    ]);
    expect([best.isFull, best.least]).toEqual([true, 0]);
  });

  test('reads the rows it is given and no others, and goes on where another ended', () => {
    const rows = filled(
      open(1),
      Array.from({ length: 11 }, (_row, n) => [n]),
    );
    const best = new BestRows(3);
    rows.scan({ first: 1, end: 4, x: one, by: 'product', best });
    expect(found(best)).toEqual([3, 2, 1].map(n => [n, n]));
    rows.scan({ first: 8, end: 9, x: one, by: 'product', best });
    expect(found(best)).toEqual([8, 3, 2].map(n => [n, n]));
    rows.scan({ first: 9, end: 9, x: one, by: 'product', best });
    expect(found(best)).toEqual([8, 3, 2].map(n => [n, n]));
  });

  test('by cosine takes no row of zeros, whatever stands behind it', () => {
    const rows = filled(open(3), [
      [0, 0, 0],
      [5, 0, 0],
      [0, 0, 1],
      [2, 4, -2],
    ]);
    const best = new BestRows(9);
    rows.scan({ first: 0, end: 3, x: three, by: 'cosine', best });
    expect(best.rows).toEqual([1, 2]);
    expect(best.scores.map(unordered)).toEqual([1, -1]);
    rows.scan({ first: 3, end: 4, x: three, by: 'cosine', best });
    expect(best.rows).toEqual([3, 1, 2]);
    expect(unordered(best.scores[0] ?? 0)).toBeCloseTo(Math.sqrt(6), 6);
  });

  test('the ends of the grid do not overflow where the product fits', () => {
    const rows = filled(open(2), [
      [-32768, -32768],
      [-32768, 0],
      [32767, 0],
      [32767, 32767],
    ]);
    const best = new BestRows(4);
    rows.scan({ first: 0, end: 4, x: Int16Array.of(32767, 32767), by: 'product', best });
    expect(found(best)).toEqual([
      [3, 2 * 32767 * 32767],
      [2, 32767 * 32767],
      [1, -32767 * 32768],
      [0, -2 * 32767 * 32768],
    ]);
  });

  test('what does not fit is refused', () => {
    const rows = filled(open(3), [[1, 2, 3]]);
    const best = new BestRows(1);
    const scan = { first: 0, end: 1, x: three, by: 'product', best } as const;
    for (const bad of [
      { end: 1e6 },
      { first: -1 },
      { first: 2 },
      { end: 0.5 },
      { x: one },
      { x: Int16Array.of(-32768, 0, 0) },
    ])
      expect(() => rows.scan({ ...scan, ...bad })).toThrow(RangeError);
    for (const n of [0, 1001, 1.5]) expect(() => new BestRows(n)).toThrow(RangeError);
  });
});

test('any rows, in any pieces, are scanned to the bit as the reference does', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -11_000, max: 11_000 }));
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 7, 8, 9, 15, 16, 17).chain(k => {
        const row = fc.oneof(
          fc.constant(Array.from({ length: k }, () => 0)),
          fc.array(value, { minLength: k, maxLength: k }),
        );
        return fc.record({ k: fc.constant(k), rows: fc.array(row, { maxLength: 60 }), x: row });
      }),
      fc.array(fc.nat(60), { maxLength: 4 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom('product', 'cosine'),
      ({ k, rows, x }, cuts, n, by) => {
        const ends = [...cuts.filter(cut => cut < rows.length), rows.length].sort((a, b) => a - b);
        const [expected, ...others] = scanners.map(([, open]) => {
          const best = new BestRows(n);
          const scanned = filled(open(k), rows);
          for (const [piece, end] of ends.entries())
            scanned.scan({ first: ends[piece - 1] ?? 0, end, x: Int16Array.from(x), by, best });
          return found(best);
        });
        for (const other of others) expect(other).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('bits in the order of the numbers', () => {
  const numbers = [-Infinity, -3.5, -1, -1e-38, 0, 1e-38, 0.5, 1, 7, Infinity].map(Math.fround);
  expect(numbers.map(ordered)).toEqual(numbers.map(ordered).toSorted((a, b) => a - b));
  expect(numbers.map(ordered).map(unordered)).toEqual(numbers);
});

test('a memory that grows keeps its rows, and refuses what 32 bits cannot address', () => {
  const rows = filled(new WasmRows(2), [[7, 8]]);
  rows.reserve(10_000_000);
  expect([...rows.values.subarray(0, 3)]).toEqual([7, 8, 0]);
  expect(rows.values.length).toBeGreaterThanOrEqual(10_000_000);
  expect(() => rows.reserve(2 ** 31)).toThrow(/4 GiB/);
  expect(() => new WasmRows(129)).toThrow(RangeError);
});

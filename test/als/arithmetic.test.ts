import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { solveCholesky } from '../../src/als/cholesky.ts';
import { firstValues } from '../../src/als/first-values.ts';
import { addOuter, checkExact } from '../../src/als/gram.ts';
import { BoundExceeded, dot, InvalidSettings, pairsPerWidening } from '../../src/als/index.ts';
import { roundHalfEven, toGrid } from '../../src/als/rounding.ts';

describe('rounding to the grid', () => {
  test.for([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [2.4999999, 2],
    [2.5000001, 3],
    [-7, -7],
  ] as const)('%d becomes %d: halves go to the even integer', ([value, expected]) => {
    expect(roundHalfEven(value) + 0).toBe(expected);
  });

  test('what lies past the grid is held at its end and counted, one step before it is not', () => {
    const grid = new Int16Array(4);
    expect(toGrid(Float64Array.of(32767.4, 32768, -32767.4, -40000), 1, grid)).toBe(2);
    expect([...grid]).toEqual([32767, 32767, -32767, -32767]);
  });
});

describe('widths', () => {
  test.for([
    [32767, 1],
    [16383, 4],
    [1000, 48],
    [7, 4096],
  ] as const)('factors up to %d with weight %d fit 32 bits for just so many pairs', ([factor, weight]) => {
    const pairs = pairsPerWidening(factor, weight);
    const pair = 2 * factor * factor * weight;
    const sum = (count: number): number => Math.imul(count, pair);
    expect(sum(pairs)).toBe(pairs * pair);
    expect((sum(pairs) + pair) | 0).not.toBe((pairs + 1) * pair);
  });

  test('a width without even one pair is refused, one step below it is not', () => {
    expect(pairsPerWidening(23170, 2)).toBe(1);
    expect(() => pairsPerWidening(23171, 2)).toThrow(InvalidSettings);
    expect(() => pairsPerWidening(-32768, 1)).toThrow(InvalidSettings);
  });

  test('a Gram matrix is exact up to 2^53 and refused beyond', () => {
    expect(() => checkExact(Float64Array.of(2 ** 53 - 1), 1, 1)).not.toThrow();
    expect(() => checkExact(Float64Array.of(2 ** 53), 1, 1)).toThrow(BoundExceeded);
    expect(() => checkExact(Float64Array.of(NaN), 1, 1)).toThrow(BoundExceeded);
  });

  test('what is added to a Gram matrix and taken away leaves no trace', () => {
    const vector = fc.array(fc.integer({ min: -32767, max: 32767 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(vector), vector, (vectors, gone) => {
        const [direct, detour] = [new Float64Array(16), new Float64Array(16)];
        addOuter(detour, 4, Float64Array.from(gone), 1);
        for (const y of vectors) addOuter(direct, 4, Float64Array.from(y), 1);
        for (const y of vectors.toReversed()) addOuter(detour, 4, Float64Array.from(y), 1);
        addOuter(detour, 4, Float64Array.from(gone), -1);
        expect(detour).toEqual(direct);
      }),
    );
  });

  test('a dot product of the longest and greatest vectors is exact', () => {
    const greatest = new Int16Array(128).fill(-32767);
    expect(BigInt(dot(greatest, greatest))).toBe(128n * 32767n * 32767n);
    expect(() => dot(greatest, new Int16Array(3))).toThrow(RangeError);
  });
});

/** The textbook's loop: element by element, t ascending; back substitution t descending. */
function textbook(system: readonly (readonly number[])[], k: number): number[] {
  const a = system.map(row => [...row]);
  const at = (row: number, column: number): number => a[row]?.[column] ?? NaN;
  for (let j = 0; j < k; j++)
    for (let i = j; i <= k; i++) {
      let s = at(j, i);
      for (let t = 0; t < j; t++) s -= at(t, j) * at(t, i);
      a[j]?.splice(i, 1, i === j ? 1 / Math.sqrt(s) : s * at(j, j));
    }
  const x: number[] = [];
  for (let i = k - 1; i >= 0; i--) {
    let s = at(i, k);
    for (let t = k - 1; t > i; t--) s -= at(i, t) * (x[t] ?? NaN);
    x[i] = s * at(i, i);
  }
  return x;
}

describe('Cholesky', () => {
  const numbers = (length: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: length, maxLength: length });

  test.for([1, 2, 5, 32, 128])('solves a system of %d with the bits of the textbook loop', k => {
    fc.assert(
      fc.property(fc.array(numbers(k), { maxLength: 5 }), numbers(k), (vectors, b) => {
        const rows = b.map((right, i) => [
          ...b.map((_, j) => vectors.reduce((sum, y) => sum + (y[i] ?? 0) * (y[j] ?? 0), i === j ? 1000 : 0)),
          right,
        ]);
        const system = Float64Array.from(rows.flat());
        solveCholesky(system, k);
        const x = b.map((_, i) => system[i * (k + 1) + k] ?? NaN);
        expect(x).toEqual(textbook(rows, k));
        for (const [i, row] of rows.entries())
          expect(x.reduce((sum, value, j) => sum + value * (row[j] ?? NaN), 0)).toBeCloseTo(b[i] ?? NaN, 4);
      }),
      { numRuns: k > 32 ? 5 : 30 },
    );
  });

  test('refuses a singular system', () => {
    expect(() => solveCholesky(Float64Array.of(0, 1), 1)).toThrow(BoundExceeded);
  });
});

describe('first values', () => {
  const first = (seed: number, salt: string, id: string, length = 64): number[] => {
    const values = new Int16Array(length);
    firstValues(seed, salt, id, 100, values);
    return [...values];
  };

  test('depend on seed, side and id, and on nothing else', () => {
    expect(first(1, 'users', 'a')).toEqual(first(1, 'users', 'a'));
    expect(first(1, 'users', 'a', 3)).toEqual(first(1, 'users', 'a').slice(0, 3));
    const others = [first(2, 'users', 'a'), first(1, 'items', 'a'), first(1, 'users', 'b')];
    for (const other of others) expect(other).not.toEqual(first(1, 'users', 'a'));
  });

  test('have mean zero and the deviation asked for', () => {
    const values = Array.from({ length: 500 }, (_, n) => first(7, 'items', `${n}`)).flat();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(2);
    expect(Math.sqrt(variance)).toBeGreaterThan(98);
    expect(Math.sqrt(variance)).toBeLessThan(102);
  });
});

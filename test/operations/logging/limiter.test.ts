import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Limiter } from '../../../src/operations/logging/limiter.ts';

const window = 10_000;

test('so many of a kind pass in a window, and the rest is counted until the window is over', () => {
  const limiter = new Limiter({ lines: 2, window });
  expect([0, 1, 2, 3].map(at => limiter.admit('api request.refused', at))).toEqual([true, true, false, false]);
  expect(limiter.admit('api request.failed', 3)).toBe(true);
  expect(limiter.over(9_999)).toEqual([]);
  expect(limiter.over(10_000)).toEqual([{ key: 'api request.refused', count: 2 }]);
  expect(limiter.admit('api request.refused', 10_000)).toBe(true);
  expect(limiter.end()).toEqual([]);
});

test('a clock that goes back begins a window', () => {
  const limiter = new Limiter({ lines: 1, window });
  expect([limiter.admit('a', 50_000), limiter.admit('a', 50_000)]).toEqual([true, false]);
  expect(limiter.over(40_000)).toEqual([{ key: 'a', count: 1 }]);
  expect(limiter.admit('a', 40_000)).toBe(true);
});

test('however many kinds there are, it holds a bounded number, and lets a bounded number pass', () => {
  const limiter = new Limiter({ lines: 3, window });
  const passed = Array.from({ length: 50_000 }, (_, n) => limiter.admit(`kind ${n}`, 0)).filter(Boolean);
  expect(passed).toHaveLength(256 + 3);
  const held = limiter.end();
  expect(held).toEqual([{ key: 'others', count: 50_000 - 256 - 3 }]);
});

test('nothing is neither said nor counted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(30_000)), { maxLength: 200 }),
      fc.integer({ min: 1, max: 5 }),
      (said, lines) => {
        const limiter = new Limiter({ lines, window });
        let [passed, held] = [0, 0];
        for (const [key, now] of said) {
          for (const { count } of limiter.over(now)) held += count;
          if (limiter.admit(key, now)) passed++;
        }
        for (const { count } of limiter.end()) held += count;
        expect(passed + held).toBe(said.length);
      },
    ),
  );
});

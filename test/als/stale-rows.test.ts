import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReferenceKernel } from '../../src/als/kernel/reference/kernel.ts';
import { Marks } from '../../src/als/marks.ts';
import { roundHalfEven } from '../../src/als/rounding.ts';
import { defaultSettings } from '../../src/als/settings.ts';
import { codeOf, noStars } from '../../src/als/share-code.ts';
import { Side } from '../../src/als/side.ts';

const anyDeed = fc.oneof(
  fc.record({ row: fc.nat(9), more: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ neighbours: fc.uniqueArray(fc.nat(9), { maxLength: 10 }), steps: fc.integer({ min: 1, max: 500_000 }) }),
);

test('a move makes a neighbour staler by the distance over the root of its events and one, as many as it has by then', () => {
  using kernel = new ReferenceKernel();
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 40 }), deeds => {
      using side = new Side('items', { ...defaultSettings, factors: 2 }, kernel);
      const [events, expected] = [Array<number>(10).fill(1), Array<number>(10).fill(0)];
      for (let row = 0; row < 10; row++) side.countEvents(side.add(`item ${row}`), 1);
      for (const deed of deeds) {
        if ('row' in deed) {
          side.countEvents(deed.row, deed.more);
          events[deed.row] = (events[deed.row] ?? 0) + deed.more;
          continue;
        }
        const { neighbours, steps } = deed;
        const codes = Int32Array.from(neighbours, row => codeOf(row === 3 ? 0 : 16, 1, noStars));
        side.staleness.spread({ neighbours: Int32Array.from(neighbours), codes }, steps, new Marks());
        for (const row of neighbours)
          if (row !== 3)
            expected[row] = (expected[row] ?? 0) + roundHalfEven(steps / Math.sqrt((events[row] ?? 0) + 1));
      }
      expect(expected.map((_, row) => side.staleness.get(row))).toEqual(expected);
      const stale = [...side.staleness.stalest()].flat().sort((a, b) => a - b);
      expect(stale).toEqual([...expected.keys()].filter(row => (expected[row] ?? 0) > 8 * 16));
    }),
  );
});

test('who grows staler is marked, and who does not is not', () => {
  using kernel = new ReferenceKernel();
  using side = new Side('users', defaultSettings, kernel);
  for (const id of ['a', 'b', 'c']) side.countEvents(side.add(id), id === 'b' ? 1_000_000 : 1);
  const mark = new Marks();
  const codes = Int32Array.of(codeOf(16, 1, noStars), codeOf(16, 1, noStars), codeOf(0, 0, noStars));
  side.staleness.spread({ neighbours: Int32Array.of(0, 1, 2), codes }, 16, mark);
  expect([...mark]).toEqual([0]);
});

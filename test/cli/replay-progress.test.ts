import { expect, test } from 'vitest';
import { ReplayProgress } from '../../src/cli/replay/progress.ts';

test('a line says how far, how fast, and how long yet, by what the last ten seconds were like', () => {
  const progress = new ReplayProgress('b');
  const at = (second: number, done: number) => progress.line({ done, total: 100_000 }, second * 1_000);
  expect(at(0, 0)).toBe('replay b: 0 of 100000 records (0.0 %)');
  expect(at(1, 10_000)).toBe('replay b: 10000 of 100000 records (10.0 %), 10000 records/s, about 9 s left');
  expect(at(2, 12_000)).toBe('replay b: 12000 of 100000 records (12.0 %), 6000 records/s, about 15 s left');
  // What was quicker long ago counts no more.
  for (let second = 3; second <= 12; second++) at(second, 12_000 + (second - 2) * 100);
  expect(at(13, 13_100)).toBe('replay b: 13100 of 100000 records (13.1 %), 100 records/s, about 15 min left');
  expect(at(14, 13_100)).toMatch(/, 90 records\/s, about 17 min left$/);
});

test('a replay that stands still promises nothing', () => {
  const progress = new ReplayProgress('b');
  progress.line({ done: 5, total: 10 }, 0);
  expect(progress.line({ done: 5, total: 10 }, 1_000)).toBe('replay b: 5 of 10 records (50.0 %), 0 records/s');
});

test('what has read everything is finishing: what it wrote itself is still on its way', () => {
  const progress = new ReplayProgress('b');
  progress.line({ done: 5, total: 10 }, 0);
  expect(progress.line({ done: 10, total: 10 }, 1_000)).toBe(
    'replay b: 10 of 10 records (100.0 %), 5 records/s, finishing',
  );
  expect(new ReplayProgress('b').line({ done: 0, total: 0 }, 0)).toBe('replay b: 0 of 0 records (100.0 %), finishing');
});

test.each([
  [3_000, 'about 50 min left'],
  [600, 'about 4 h 10 min left'],
])('hours are told as such: %i records in the first second', (rate, left) => {
  const progress = new ReplayProgress('b');
  progress.line({ done: 0, total: 9_000_000 + rate }, 0);
  expect(progress.line({ done: rate, total: 9_000_000 + rate }, 1_000)).toContain(left);
});

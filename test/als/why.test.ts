import { expect, test } from 'vitest';
import { Model, whyOf } from '../../src/als/index.ts';
import { checkerboard, rated } from './events.ts';

const model = new Model({ factors: 4 });
model.learn(checkerboard(8));
model.train(6);

test('the contributions of what a user did add up to the score, but for the rounding of its vector', () => {
  for (const itemId of ['i0', 'i1', 'i2', 'i3']) {
    const why = model.why('u0', itemId);
    expect(why?.score).toBe(model.score('u0', itemId));
    expect(why?.sum).toBeCloseTo(why?.score ?? NaN, 2);
    expect(why?.contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(why?.sum);
  }
});

test('what belongs together explains, greatest first, and a dislike adds nothing by itself', () => {
  const contributions = model.why('u0', 'i2')?.contributions ?? [];
  expect(
    contributions
      .slice(0, 3)
      .map(({ itemId }) => itemId)
      .sort(),
  ).toEqual(['i0', 'i4', 'i6']);
  expect(contributions.filter(({ contribution }) => contribution === 0).map(({ itemId }) => itemId)).toEqual([
    'i1',
    'i3',
    'i5',
    'i7',
  ]);
  expect(contributions).toEqual(contributions.toSorted((a, b) => b.contribution - a.contribution));
});

test('a contribution is how much less the score would be if the system stayed and the event were no preference', () => {
  // One factor, one event: A = alpha0 G + c y^2 + reg, so that everything can be written down.
  const unit = 1024;
  const explained = {
    settings: { regularisation: { strength: 0.5, frequencyExponent: 0 }, unobservedWeight: 0.25 },
    gram: Float64Array.of(3 * unit * unit),
    items: 7,
    unit,
  } as const;
  const own = [{ vector: Int16Array.of(2 * unit), weight: 32, preference: 1 }];
  const [contribution] = whyOf(Int16Array.of(unit), own, explained);
  expect(contribution).toBeCloseTo((1 * 2 * 2) / (0.25 * 3 + 2 * 4 + 0.5), 12);
});

test('of a user or an item that nobody knows there is nothing to tell, and of a user without events nothing adds', () => {
  expect([model.why('?', 'i0'), model.why('u0', '?')]).toEqual([undefined, undefined]);
  const silent = new Model({ factors: 4 });
  silent.learn([...checkerboard(4), { ...rated('u9', 'i0', 1), kind: 'return' }]);
  expect(silent.why('u9', 'i1')).toMatchObject({ contributions: [], sum: 0 });
});

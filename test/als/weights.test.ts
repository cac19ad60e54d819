import { describe, expect, test } from 'vitest';
import { factOf, fold, type Fact, type Facts } from '../../src/als/fold.ts';
import { defaultWeights, InvalidSettings, Model, type ModelSettings, type WeightTable } from '../../src/als/index.ts';

const fact = (value: number, time = 0): Fact => factOf({ kind: 'view', value, time, eventId: 'e' });
const weightOf = (facts: Facts, table: WeightTable = defaultWeights, now = 0): readonly [number, number] => {
  const { preference, confidence } = fold(table, facts, now);
  return [preference, confidence / 16];
};

describe('the default table', () => {
  test.for([
    [0.5, 0, 2],
    [1, 0, 2],
    [1.5, 0, 2],
    [2, 0, 2],
    [2.5, 0, 1],
    [3, 1, 1.5],
    [3.5, 1, 1.75],
    [4, 1, 2],
    [4.5, 1, 2.5],
    [5, 1, 3],
  ] as const)('%d stars are preference %d with confidence %d', ([stars, preference, confidence]) => {
    expect(weightOf({ rating: fact(stars) })).toEqual([preference, confidence]);
  });

  test('orders and views are preferences, and the strongest kind speaks alone', () => {
    expect(weightOf({ order: fact(2) })).toEqual([1, 2]);
    expect(weightOf({ view: fact(1) })).toEqual([1, 0.5]);
    expect(weightOf({ order: fact(2), view: fact(1, 5) })).toEqual([1, 2]);
    expect(weightOf({ rating: fact(1), order: fact(2, 5), view: fact(1, 9) })).toEqual([0, 2]);
  });

  test('a return retracts order and view before it, not the rating', () => {
    expect(weightOf({ order: fact(1, 3), view: fact(1, 2), return: fact(1, 3) })).toEqual([0, 0]);
    expect(weightOf({ order: fact(1, 4), return: fact(1, 3) })).toEqual([1, 2]);
    expect(weightOf({ rating: fact(4), return: fact(1, 3) })).toEqual([1, 2]);
    expect(weightOf({})).toEqual([0, 0]);
  });
});

test('confidence depends on the bucket of the age, whose bounds belong to the older one', () => {
  const table: WeightTable = {
    ageBounds_ms: [100, 200],
    rules: [{ kind: 'order', atLeast: 0, preference: 1, confidence: [48, 32, 16] }],
  };
  const confidences = [0, 99, 100, 199, 200, 5000].map(now => weightOf({ order: fact(1) }, table, now)[1]);
  expect(confidences).toEqual([3, 3, 2, 2, 1, 1]);
});

describe('settings that no model can have are refused', () => {
  const rule = { kind: 'view', atLeast: 0, preference: 1, confidence: [16] } as const;
  const bad: readonly (readonly [name: string, settings: Partial<ModelSettings>])[] = [
    ['no factors', { factors: 0 }],
    ['too many factors', { factors: 129 }],
    ['half a factor', { factors: 1.5 }],
    ['no regularisation', { regularisation: { strength: 0, frequencyExponent: 1 } }],
    ['weights that are no number', { unobservedWeight: NaN }],
    ['a grid too fine', { gridExponent: { users: 15, items: 10 } }],
    ['a seed below zero', { seed: -1 }],
    ['a scale upside down', { scale: { min: 5, max: 1 } }],
    ['a negative budget', { refresh: { threshold: 1, rowsPerEvent: -1 } }],
    ['a rule given twice', { weights: { ageBounds_ms: [], rules: [rule, rule] } }],
    ['a confidence off the grid', { weights: { ageBounds_ms: [], rules: [{ ...rule, confidence: [0.5] }] } }],
    ['a confidence too great', { weights: { ageBounds_ms: [], rules: [{ ...rule, confidence: [4097] }] } }],
    ['a bucket without confidence', { weights: { ageBounds_ms: [1], rules: [rule] } }],
    ['age bounds that descend', { weights: { ageBounds_ms: [2, 1], rules: [] } }],
  ];
  test.for(bad)('%s', ([, settings]) => {
    expect(() => new Model(settings)).toThrow(InvalidSettings);
  });
});

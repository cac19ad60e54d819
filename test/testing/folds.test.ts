import { expect, test } from 'vitest';
import { checkFold } from '../../src/testing.ts';

const add = (into: number, value: number): number => into + value;
const sum = { initial: () => 0, add, merge: add, retract: (from: number, value: number) => from - value };
const list = {
  initial: (): number[] => [],
  add: (into: number[], value: number) => [...into, value],
  merge: (a: number[], b: number[]) => [...a, ...b],
};
const values = [3, 1, 4, 1, 5];

test('folds that keep their laws pass, those that cannot take back and those of no values too', () => {
  expect(() => checkFold(sum, values)).not.toThrow();
  expect(() => checkFold(list, values)).not.toThrow();
  expect(() => checkFold(sum, [])).not.toThrow();
});

test.for([
  ['merges the wrong way round', 'Cut before value 1', { ...list, merge: (a: number[], b: number[]) => [...b, ...a] }],
  ['begins with something', 'Merged with nothing', { ...list, initial: () => [0] }],
  ['takes back something else', 'With value 0 taken back', { ...list, retract: (from: number[]) => from.slice(0, -1) }],
] as const)('a fold that %s is found out', ([, says, fold]) => {
  expect(() => checkFold(fold, values)).toThrow(says);
});

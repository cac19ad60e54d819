import { describe, expect, test } from 'vitest';
import { closed, moveOf } from '../../../src/recommender/web/components/choices.ts';

const open = (active: number) => ({ open: true, active });

describe('a key in a combobox', () => {
  test.for([
    ['Down opens it at the first option', 'ArrowDown', closed, { to: open(0) }],
    ['Up opens it at the last option', 'ArrowUp', closed, { to: open(2) }],
    ['Down goes on to the next', 'ArrowDown', open(0), { to: open(1) }],
    ['Down at the end goes on at the beginning', 'ArrowDown', open(2), { to: open(0) }],
    ['Up goes back', 'ArrowUp', open(2), { to: open(1) }],
    ['Up at the beginning goes on at the end', 'ArrowUp', open(0), { to: open(2) }],
    ['Up from the field goes to the last', 'ArrowUp', open(-1), { to: open(2) }],
    ['Enter chooses what is marked', 'Enter', open(1), { choose: 1 }],
    ['Escape closes it', 'Escape', open(1), { to: closed }],
    ['Escape once more empties the field', 'Escape', closed, { clear: true }],
  ] as const)('%s', ([, key, state, move]) => {
    expect(moveOf(key, state, 3)).toEqual(move);
  });

  test.for([
    ['Enter with nothing marked', 'Enter', open(-1)],
    ['Enter while it is closed', 'Enter', closed],
    ['a letter', 'a', open(1)],
    ['Home', 'Home', open(1)],
    ['Tab', 'Tab', open(1)],
  ] as const)('%s is left to the field', ([, key, state]) => {
    expect(moveOf(key, state, 3)).toBeUndefined();
  });

  test('marks nothing while nothing matches', () => {
    expect(moveOf('ArrowDown', open(-1), 0)).toEqual({ to: open(-1) });
    expect(moveOf('ArrowUp', open(-1), 0)).toEqual({ to: open(-1) });
  });
});

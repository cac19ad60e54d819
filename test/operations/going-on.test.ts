import { expect, test } from 'vitest';
import { sourceOf } from '../../src/operations/going-on.ts';

test.for([
  [{ from: 'checkpoint', epoch: 7, until: 9 }, undefined],
  [{ from: 'nothing', epoch: 0, until: 0 }, undefined],
  [{ from: 'nothing', epoch: 0, until: 9 }, 'it has no snapshot either, and does all 9 epochs of its journal again'],
  [{ from: 'snapshot', epoch: 7, until: 7 }, 'from its snapshot of epoch 7'],
  [{ from: 'snapshot', epoch: 7, until: 9 }, "from its snapshot of epoch 7, and does 2 of its journal's epochs again"],
] as const)('of a task that goes on from %j the log says: %s', ([on, told]) => {
  expect(sourceOf(on)).toBe(told);
});

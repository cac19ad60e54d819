import type { Fold } from '../../src/engine/windows/store.ts';

/** The numbers of what is in a window, in the order in which it was folded. Collects in place, as folds may. */
export const ids: Fold<{ readonly id: number }, number[]> = {
  initial: () => [],
  add(into, { id }) {
    into.push(id);
    return into;
  },
  merge(a, b) {
    a.push(...b);
    return a;
  },
};

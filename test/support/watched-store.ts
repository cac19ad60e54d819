import type { StateStore } from '../../src/engine/state/store.ts';

/** A store of checkpoints that tells which steps were read as a whole. */
export const watched = (real: StateStore, read: (string | undefined)[]): StateStore => ({
  ...real,
  entries: (task, step) => {
    read.push(step);
    return real.entries(task, step);
  },
});

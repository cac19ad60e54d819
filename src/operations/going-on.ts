/** What whoever reads the log of a process hears of a task that has lost its local state. */
import type { GoingOn } from '../engine/runner-options.ts';

/** Where the task has its state from, in words; undefined where there is nothing to tell: it is here, or there is none yet. */
export function sourceOf({ from, epoch, until }: GoingOn): string | undefined {
  if (from === 'checkpoint' || until === 0) return undefined;
  if (from === 'nothing') return `it has no snapshot either, and does all ${until} epochs of its journal again`;
  const behind = until - epoch;
  return `from its snapshot of epoch ${epoch}${behind === 0 ? '' : `, and does ${behind} of its journal's epochs again`}`;
}

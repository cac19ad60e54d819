/** Somebody's factors from what was done a moment ago, with the item vectors as they are: nothing is stored, or learnt. */
import { fold, foldedIn } from '../../als/index.ts';
import type { HistoryItem } from './history.ts';
import type { WhyModel } from './why.ts';

/**
 * For `factors . y` with y in grid steps, which is a fit of about 0 to 1. Undefined where nothing that was done says
 * what is wanted: of items without a vector, or without a weight at the model's time.
 * @throws {BoundExceeded} for a system that is singular
 */
export function factorsOfDone(
  history: readonly HistoryItem[],
  { settings, items, time }: WhyModel,
): Float64Array | undefined {
  const own = history.flatMap(({ itemId, done }) => {
    const vector = items.matrix.get(itemId);
    // What was done after the newest event that was learnt is as young as that one.
    const { confidence, preference } = fold(settings.weights, done, Math.max(time, newest(done)));
    return vector === undefined || confidence === 0 ? [] : [{ vector, weight: confidence, preference }];
  });
  if (!own.some(({ preference }) => preference > 0)) return undefined;
  const { gram, learnt, matrix } = items;
  return foldedIn(matrix.k, own, { settings, gram, items: learnt, unit: 2 ** settings.gridExponent.items });
}

const newest = (done: HistoryItem['done']): number => Math.max(...Object.values(done).map(({ time }) => time));

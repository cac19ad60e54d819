/** Why an item is recommended: what each thing that the user did adds to its score. Exact, from what is published. */
import { fold, type ModelSettings, type Weight, whyOf } from '../../als/index.ts';
import type { GrammedItems } from './grammed-items.ts';
import type { HistoryItem } from './history.ts';
import { compareIds } from './order.ts';

/** Of the generation, as it was trained. */
export type WhySettings = Pick<ModelSettings, 'regularisation' | 'unobservedWeight' | 'weights' | 'gridExponent'>;

export interface WhyModel {
  readonly settings: WhySettings;
  /** All items of the generation. */
  readonly items: GrammedItems;
  /** Event time of the newest event learnt: ages are counted to it. */
  readonly time: number;
}

/** A thing that the user did, and what it adds to the score; nothing where it says that the user does not want the item. */
export interface Contribution extends HistoryItem, Weight {
  readonly contribution: number;
}

export interface Why {
  /** The sum of all contributions: the fit of the item to a user who did exactly this, about 0 to 1. */
  readonly score: number;
  /** Greatest first, ties by id: of everything that has a weight. */
  readonly contributions: readonly Contribution[];
}

/**
 * The user's vector is A^-1 times the weighted sum of the wanted items, so the score y_i' A^-1 sum c_j p_j y_j is a sum
 * over what the user did: each thing adds c_j p_j (y_j' z) with A z = y_i. Undefined for an item without a vector.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, section 5.
 * @throws {BoundExceeded} for a system that is singular
 */
export function why(
  history: readonly HistoryItem[],
  itemId: string,
  { settings, items, time }: WhyModel,
): Why | undefined {
  const item = items.matrix.get(itemId);
  if (item === undefined) return undefined;
  const weighed = history.flatMap(done => {
    const factors = items.matrix.get(done.itemId);
    const weight = fold(settings.weights, done.done, time);
    return factors === undefined || weight.confidence === 0 ? [] : [{ done, weight, factors }];
  });
  const own = weighed.map(({ weight: { confidence, preference }, factors }) => ({
    vector: factors,
    weight: confidence,
    preference,
  }));
  const { gram, learnt } = items;
  const each = whyOf(item, own, { settings, gram, items: learnt, unit: 2 ** settings.gridExponent.items });
  const contributions = weighed.map(({ done, weight }, n): Contribution => ({
    ...done,
    ...weight,
    contribution: each[n] ?? NaN,
  }));
  contributions.sort((a, b) => b.contribution - a.contribution || compareIds(a.itemId, b.itemId));
  return { score: contributions.reduce((sum, { contribution }) => sum + contribution, 0), contributions };
}

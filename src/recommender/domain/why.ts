/** Why an item is recommended: what each thing that the user did adds to its score. Exact, from what is published. */
import { confidenceSteps, fold, type ModelSettings, solveCholesky, strengthOf, type Weight } from '../../als/index.ts';
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
  const solution = solved(systemOf(weighed, settings, items), item);
  const contributions = weighed.map(({ done, weight, factors }): Contribution => {
    const contribution = weight.preference * weight.confidence * product(factors, solution);
    return { ...done, ...weight, contribution };
  });
  contributions.sort((a, b) => b.contribution - a.contribution || compareIds(a.itemId, b.itemId));
  return { score: contributions.reduce((sum, { contribution }) => sum + contribution, 0), contributions };
}

interface Weighed {
  readonly weight: Weight;
  readonly factors: Int16Array;
}

/** What the row of the user is solved from, in 1/16 steps of confidence and squared grid steps: k rows of k + 1. */
function systemOf(weighed: readonly Weighed[], settings: WhySettings, { matrix, gram }: GrammedItems): Float64Array {
  const { k, size } = matrix;
  const { unobservedWeight, regularisation, gridExponent } = settings;
  const system = new Float64Array(k * (k + 1));
  for (const { weight, factors } of weighed) addOuter(system, factors, weight.confidence);
  const frequency = weighed.length + unobservedWeight * size;
  const held = strengthOf(regularisation, frequency) * confidenceSteps * 4 ** gridExponent.items;
  for (let a = 0; a < k; a++) {
    for (let b = a; b < k; b++)
      add(system, a * (k + 1) + b, unobservedWeight * confidenceSteps * (gram[a * k + b] ?? NaN));
    add(system, a * (k + 1) + a, held);
  }
  return system;
}

function addOuter(system: Float64Array, y: Int16Array, weight: number): void {
  const k = y.length;
  for (let a = 0; a < k; a++)
    for (let b = a; b < k; b++) add(system, a * (k + 1) + b, weight * (y[a] ?? NaN) * (y[b] ?? NaN));
}

const add = (system: Float64Array, at: number, value: number): void => {
  system[at] = (system[at] ?? NaN) + value;
};

function solved(system: Float64Array, right: Int16Array): Float64Array {
  const k = right.length;
  right.forEach((value, f) => (system[f * (k + 1) + k] = value));
  solveCholesky(system, k);
  return Float64Array.from(right, (_, f) => system[f * (k + 1) + k] ?? NaN);
}

const product = (y: Int16Array, z: Float64Array): number => y.reduce((sum, value, f) => sum + value * (z[f] ?? NaN), 0);

import { solveCholesky } from './cholesky.ts';
import { addOuter } from './gram.ts';
import type { ModelSettings } from './settings.ts';
import type { ModelState } from './state.ts';
import { implicitDiagonal } from './strengths.ts';
import { confidenceSteps } from './weights.ts';

/** One of a user's events: the item's vector in grid steps, its weight in 1/16 steps, and its preference. */
export interface OwnEvent {
  readonly vector: Int16Array;
  readonly weight: number;
  readonly preference: number;
}

/** What a user is solved against. */
export interface Explained {
  readonly settings: Pick<ModelSettings, 'regularisation' | 'unobservedWeight'>;
  /** Sum of y y' over all items, k x k; only the upper triangle is read. */
  readonly gram: Float64Array;
  /** How many items that is. */
  readonly items: number;
  /** 2^exponent of the items' grid. */
  readonly unit: number;
}

/**
 * What each of a user's events adds to the score of an item, exactly: with A x = b the user's system and y the item, the
 * score y' A^-1 b is the sum over its events of c p y_i' A^-1 y. A is symmetric, so that one solve of A z = y gives all.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, section 5.
 * @throws {BoundExceeded} for a system that is singular
 */
export function whyOf(item: Int16Array, own: readonly OwnEvent[], model: Explained): number[] {
  const k = item.length;
  const system = systemOf(k, own, model);
  for (let f = 0; f < k; f++) system[f * (k + 1) + k] = item[f] ?? NaN;
  solveCholesky(system, k);
  return own.map(({ vector, weight, preference }) => {
    let sum = 0;
    for (let f = 0; f < k; f++) sum += (vector[f] ?? NaN) * (system[f * (k + 1) + k] ?? NaN);
    return weight * preference * sum;
  });
}

/**
 * Of a user who did just this, the factors for which `factors . y` is the score of an item y in grid steps: A^-1 times
 * the weighted sum of the wanted items. Nobody is stored, and no grid rounds it.
 * @throws {BoundExceeded} for a system that is singular
 */
export function foldedIn(k: number, own: readonly OwnEvent[], model: Explained): Float64Array {
  const system = systemOf(k, own, model);
  for (const { vector, weight, preference } of own)
    for (let f = 0; f < k; f++) {
      const at = f * (k + 1) + k;
      system[at] = (system[at] ?? NaN) + weight * preference * (vector[f] ?? NaN);
    }
  solveCholesky(system, k);
  return Float64Array.from({ length: k }, (_, f) => system[f * (k + 1) + k] ?? NaN);
}

/** A, in 1/16 steps of confidence and squared grid steps: k rows of k + 1. */
function systemOf(k: number, own: readonly OwnEvent[], { settings, gram, items, unit }: Explained): Float64Array {
  const system = new Float64Array(k * (k + 1));
  for (const { vector, weight } of own) addOuter(system, k + 1, Float64Array.from(vector), weight);
  const events = own.filter(({ weight }) => weight > 0).length;
  const held = implicitDiagonal(settings, events, items, unit);
  for (let a = 0; a < k; a++)
    for (let b = a, at = a * (k + 1) + a; b < k; b++, at++) {
      const shared = settings.unobservedWeight * confidenceSteps * (gram[a * k + b] ?? NaN);
      system[at] = (system[at] ?? NaN) + shared + (a === b ? held : 0);
    }
  return system;
}

/** What one event of the user's own adds to the score of an item. */
export interface Contribution {
  readonly itemId: string;
  readonly contribution: number;
}

export interface Why {
  /** Of everything that has a weight, greatest first, ties by id; what is not preferred adds nothing. */
  readonly contributions: readonly Contribution[];
  /** The sum of all contributions: the score that the user's vector would give if no grid had rounded it. */
  readonly sum: number;
  /** What the model answers. Where items moved since the user was solved, the two differ by that too. */
  readonly score: number;
}

/** `whyOf` for rows of a model. */
export function why({ users, items, pairs, settings }: ModelState, user: number, item: number): Why {
  const weighed = [...users.pairs.of(user)].filter(pair => pairs.weightOf(pair) > 0);
  const own = weighed.map(pair => ({
    vector: items.vectors.row(pairs.itemOf(pair)),
    weight: pairs.weightOf(pair),
    preference: pairs.preferenceOf(pair),
  }));
  const y = items.vectors.row(item);
  const explained = { settings, gram: items.gram.values(), items: items.counted, unit: items.unit };
  const each = whyOf(y, own, explained);
  const contributions = weighed
    .map((pair, n) => ({ itemId: items.idOf(pairs.itemOf(pair)), contribution: each[n] ?? NaN }))
    .sort((a, b) => b.contribution - a.contribution || (a.itemId < b.itemId ? -1 : 1));
  const sum = contributions.reduce((total, { contribution }) => total + contribution, 0);
  const x = users.vectors.row(user);
  const score = y.reduce((total, value, f) => total + value * (x[f] ?? NaN), 0) / (users.unit * items.unit);
  return { contributions, sum, score };
}

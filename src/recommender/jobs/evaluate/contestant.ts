/** What is compared: popularity, a retrain, and learning in cuts. */
import { type Kernel, Model, type ModelSettings, trainGeneration } from '../../../als/index.ts';
import { trainFirst } from './first-generation.ts';
import { interactions } from './interactions.ts';
import { Learnt, vectorsOf } from './learnt.ts';
import { Popularity } from './popularity.ts';
import type { Ratings, Rows } from './ratings.ts';
import { trainingInput } from './training-input.ts';

/** Something that has learnt. Users and items are numbers of the ratings that it is judged by. */
export interface Contestant {
  /** Puts what each item is worth to a user into its place: greater is better, NaN of one that it cannot place. */
  scores(user: number, into: Float64Array): void;
  /** The same for many users at once, where that is faster: the n best that they have not seen. */
  best?(users: Int32Array, seen: Seen, n: number): Best;
  /** Estimated stars, on the scale. */
  stars(user: number, item: number): number;
}

/** What users have had. */
export interface Seen {
  /** Items, each of them was learnt. */
  of(user: number): Int32Array;
}

/** Lists of the greatest scores, of equal ones those with the lesser item. */
export interface Best {
  /** Those of the users asked for who have a list, in the same order. */
  readonly users: Int32Array;
  /** n places for each of them; -1 where a list is shorter. */
  readonly items: Int32Array;
  readonly scores: Float64Array;
}

export interface Learning {
  readonly ratings: Ratings;
  /** Rows to learn, in the order in which they come. */
  readonly train: Rows;
  readonly settings: Partial<ModelSettings>;
  readonly kernel: Kernel;
}

/** Learns by the most obvious recommender: what most have rated is best, stars are means. */
export const popularity = ({ ratings, train }: Pick<Learning, 'ratings' | 'train'>): Contestant =>
  new Popularity(ratings, train);

/** Takes everything in at once and trains a generation on it. */
export function retrained({ ratings, train, settings, kernel }: Learning): Contestant {
  const generation = trainGeneration(trainingInput(ratings, train, settings), { kernel, losses: 'last' });
  return new Learnt(generation, ratings, train, kernel);
}

/**
 * What the product does: a generation trained on the first half in time, then the rest in cuts, never trained again.
 * All that the second half says was therefore learnt by touched rows and refresh alone.
 */
export function incremental({ ratings, train, settings, kernel }: Learning, eventsPerCut: number): Contestant {
  const half = Math.floor(train.length / 2);
  using model = new Model(settings, { kernel });
  trainFirst(model, ratings, train.subarray(0, half));
  for (let at = half; at < train.length; at += eventsPerCut)
    model.learn(interactions(ratings, train.subarray(at, at + eventsPerCut)));
  return new Learnt(vectorsOf(model), ratings, train, kernel);
}

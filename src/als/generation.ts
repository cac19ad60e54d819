import type { ModelSettings } from './settings.ts';

/** One side of a model in plain arrays: row n is that of the n-th id. */
export interface SideVectors {
  readonly ids: readonly string[];
  /** Of the implicit model, k a row, in grid steps. */
  readonly factors: Int16Array;
  /** Bias, then star factors, in units of 2^-10. */
  readonly starFactors: Int16Array;
  /** Pairs with a weight, by row. */
  readonly events: Int32Array;
}

/** A part that is trained by itself: so many users and items, after those of the parts before it. */
export interface TrainingPart {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** Mean of its ratings in star units. */
  readonly meanStars: number;
}

/** Everything that training needs, in plain arrays that can be sent to another thread. The model goes on without changing it. */
export interface TrainingInput {
  /** Of the generation to be: they may differ from those the live vectors were made with. */
  readonly settings: ModelSettings;
  /** Rows that are touched from now on are solved anew when the generation is adopted. */
  readonly base: number;
  /** The live vectors, and the settings that they belong to. */
  readonly live: { readonly settings: ModelSettings; readonly users: SideVectors; readonly items: SideVectors };
  /** The pairs of the n-th user are those from `starts[n]` up to `starts[n + 1]`. */
  readonly starts: Int32Array;
  /** By pair: row of the item, weight in 1/16 steps, preference, and rating in star units (`noStars` for none). */
  readonly items: Int32Array;
  readonly confidences: Uint16Array;
  readonly preferences: Uint8Array;
  readonly stars: Int16Array;
  /** Mean of all ratings in star units. */
  readonly meanStars: number;
  /** Of a model of several parts. */
  readonly parts?: readonly TrainingPart[];
}

/** A whole retrain: all vectors, and what they were made with. */
export interface Generation {
  readonly base: number;
  /** As they were in the end: the grid exponents may be smaller than what was asked for. */
  readonly settings: ModelSettings;
  readonly users: SideVectors;
  readonly items: SideVectors;
  /** In stars. */
  readonly meanStars: number;
  /** Of several parts the mean of each, in stars: what its users' estimates begin with. */
  readonly parts?: readonly { readonly name: string; readonly meanStars: number }[];
  /** The implicit loss after each sweep; the last one is that of the generation. */
  readonly losses: readonly number[];
  readonly objective: number;
  /** Factors at the end of the grid, with the exponents that it ended with. */
  readonly saturations: number;
  /** Trainings that were given up because they saturated. */
  readonly retries: number;
}

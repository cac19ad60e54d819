/** What the model answers. */
import type { Kind } from './interaction.ts';

/** Which state of the model: a generation is a whole retrain, its number counts the cuts learnt since. */
export interface ModelVersion {
  readonly generation: number;
  readonly number: number;
}

/** Errors of star estimates made for rating events just before they were learnt. */
export interface Errors {
  readonly count: number;
  readonly squared: number;
  readonly absolute: number;
}

/** Prequential figures of one cut: warm where user and item were both known before the cut, else cold. */
export interface Prequential {
  readonly warm: Errors;
  readonly cold: Errors;
}

/** What learning a cut, or training a generation, did. */
export interface Learnt {
  readonly version: ModelVersion;
  /** Ids whose vectors changed, ascending. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** Events that changed a history; the others were duplicates or older than what was known. */
  readonly events: number;
  readonly prequential: Prequential;
  /** Factors that met the end of the grid: any of them calls for a generation with a smaller exponent. */
  readonly saturations: number;
}

/** The vectors of one user or item. Copies: the model goes on without changing them. */
export interface Vectors {
  /** Of the implicit model, in units of 2^-gridExponent. */
  readonly factors: Int16Array;
  /** Of the star model: its factors in units of 2^-starExponent and its bias in stars. */
  readonly starFactors: Int16Array;
  readonly bias: number;
  /** Pairs with a weight: other side's rows that shape this one. */
  readonly events: number;
}

export interface Scored {
  readonly itemId: string;
  readonly score: number;
}

/** A value of a checkpoint row. */
export type RowValue = string | Uint8Array;

/** The newest event of its kind of a user with an item. */
export interface Done {
  readonly itemId: string;
  readonly kind: Kind;
  readonly value: number;
  readonly time: number;
}

/**
 * What a list of recommendations is worth. Ranks count from 1 and ascend; relevant is how many items the list could
 * have held. Source: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002, for
 * nDCG with binary gains; C. Manning et al., "Introduction to Information Retrieval", chapter 8, for the others.
 */

/** The ranks in the first n places at which something relevant stands, and how much there was to find. */
export interface Hits {
  readonly ranks: readonly number[];
  readonly relevant: number;
}

/** Sum of 1 / log2(rank + 1) over the hits, beside that of the best possible list. */
export function ndcg({ ranks, relevant }: Hits, n: number): number {
  const ideal = Array.from({ length: Math.min(relevant, n) }, (_, index) => index + 1);
  return gain(ranks) / gain(ideal);
}

/** Precision at each hit, summed, beside that of the best possible list. */
export function averagePrecision({ ranks, relevant }: Hits, n: number): number {
  const sum = ranks.reduce((total, rank, index) => total + (index + 1) / rank, 0);
  return sum / Math.min(relevant, n);
}

export const precision = ({ ranks }: Hits, n: number): number => ranks.length / n;

export const recall = ({ ranks, relevant }: Hits): number => ranks.length / relevant;

/** 1 if anything relevant is in the list. */
export const hit = ({ ranks }: Hits): number => (ranks.length > 0 ? 1 : 0);

/** NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const gain = (ranks: readonly number[]): number => ranks.reduce((sum, rank) => sum + 1 / Math.log2(rank + 1), 0);

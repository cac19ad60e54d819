import type { Gain } from '../compared.ts';

/**
 * Of a model that may be worse by a margin at most: it is `non-inferior` where the whole interval of its gain lies above
 * -margin, `inferior` where all of it lies below, and `inconclusive` where the interval is too wide to tell. Source:
 * G. Piaggio et al., "Reporting of Noninferiority and Equivalence Randomized Trials", JAMA 2012, figure 1.
 */
export type Verdict = 'non-inferior' | 'inferior' | 'inconclusive';

export function verdictOf({ interval }: Pick<Gain, 'interval'>, margin: number): Verdict {
  if (interval === null) return 'inconclusive';
  if (interval.low > -margin) return 'non-inferior';
  return interval.high < -margin ? 'inferior' : 'inconclusive';
}

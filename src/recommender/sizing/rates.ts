/** How much comes, and how many versions of the model are made of it. */
import type { Settled } from './load.ts';
import { measured } from './measured.ts';

export interface Rates {
  readonly events: number;
  /** A version takes as long as from a rating to its list; what comes meanwhile is in the next one. */
  readonly versions: number;
  /** Lists that come round with the versions. */
  readonly lists: number;
}

export interface MeanAndPeak {
  readonly mean: Rates;
  readonly peak: Rates;
}

export function ratesOf(shop: Settled): MeanAndPeak {
  const { ratingsPerSecond: mean, peakRatingsPerSecond: peak, ordersPerSecond: orders } = shop;
  const peakOfMean = mean === 0 ? 1 : peak / mean;
  return { mean: rates(mean + orders, shop), peak: rates(peak + orders * peakOfMean, shop) };
}

function rates(events: number, { users, everyVersions }: Pick<Settled, 'users' | 'everyVersions'>): Rates {
  const versions = Math.min(events, 1_000 / measured.freshness_ms.value);
  return { events, versions, lists: (versions * users) / everyVersions };
}

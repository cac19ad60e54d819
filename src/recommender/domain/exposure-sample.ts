/**
 * How often items are listed, in bounded space, so that several tasks' counts add up: all items while they are few, else
 * those whose hash lies in the lowest half, quarter, eighth … Whatever is taken is taken with its exact count.
 * Source: P. Flajolet, "On adaptive sampling", Computing 43, 1990 (the method is M. Wegman's).
 */
import { hash, mixed } from './hash.ts';
import { compareIds } from './order.ts';

/** Items that a sample names at most: beyond, coverage is told to about 1 / sqrt(this / 2), 2 %. */
export const mostSampled = 4_096;

export interface ItemExposure {
  readonly itemId: string;
  /** Lists that hold the item. */
  readonly exposures: number;
  /** Events of the item. */
  readonly events: number;
}

export interface Sample {
  /** How often the items were halved: 0 says that all are there. */
  readonly halvings: number;
  /** By id. */
  readonly counts: readonly ItemExposure[];
}

/** Of everything that is listed, what fits; each item at most once. */
export function sampleOf(listed: Iterable<ItemExposure>, most = mostSampled): Sample {
  let halvings = 0;
  let counts = [...listed];
  while (counts.length > most) {
    halvings++;
    counts = counts.filter(isKeptAfter(halvings));
  }
  return { halvings, counts: counts.sort((a, b) => compareIds(a.itemId, b.itemId)) };
}

/** As if one task had counted what all of them did: a sample of the items of the most halved one. */
export function mergedSample(samples: readonly Sample[]): Sample {
  const halvings = Math.max(0, ...samples.map(sample => sample.halvings));
  const isKept = isKeptAfter(halvings);
  const merged = new Map<string, ItemExposure>();
  for (const count of samples.flatMap(({ counts }) => counts)) {
    const { itemId, exposures, events } = count;
    if (!isKept(count)) continue;
    const before = merged.get(itemId);
    merged.set(itemId, {
      itemId,
      exposures: exposures + (before?.exposures ?? 0),
      events: Math.max(events, before?.events ?? 0),
    });
  }
  return { halvings, counts: [...merged.values()].sort((a, b) => compareIds(a.itemId, b.itemId)) };
}

const isKeptAfter =
  (halvings: number) =>
  ({ itemId }: ItemExposure): boolean =>
    mixed(hash(itemId)) < 2 ** (32 - halvings);

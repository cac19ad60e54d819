/**
 * How a search went: of few items, by the readable sums alone; by one scan; by a second that kept more; or, where that
 * could not prove its answer either, by the readable sums of all items.
 */
export const ways = ['few', 'scanned', 'widened', 'whole'] as const;
export type Way = (typeof ways)[number];

/** How many searches went which way, of as many matrices as share it. */
export class SearchCounts {
  readonly #counts = new Map<Way, number>();

  add(way: Way): void {
    this.#counts.set(way, this.of(way) + 1);
  }

  of(way: Way): number {
    return this.#counts.get(way) ?? 0;
  }
}

/** What may stand in a list as it is served: which genres, how many of each, and nothing that is excluded. Pure. */

/** What whoever asks wants of a list. */
export interface Rules {
  /** An item has to have one of these, whatever their case; none asks for nothing. */
  readonly genres: readonly string[];
  /** Items of a genre at most; an item of several counts for each of them. */
  readonly maxPerGenre?: number | undefined;
}

export const noRules: Rules = { genres: [] };

/** What the rules look at. An item that no catalogue describes has no genres, and counts as available. */
export interface RuledItem {
  readonly genres: readonly string[];
  readonly available: boolean;
}

/**
 * Takes candidates as they come, best first, until there are n: each item once, none that is excluded, and of no genre
 * more than its cap. A candidate is passed over only where better ones of its genre stand already.
 */
export class Picker<T extends { readonly itemId: string }> {
  readonly #n: number;
  readonly #genres: ReadonlySet<string>;
  readonly #maxPerGenre: number;
  readonly #excluded = new Set<string>();
  readonly #picked = new Map<string, T>();
  readonly #ofGenre = new Map<string, number>();

  constructor(n: number, { genres, maxPerGenre = Infinity }: Rules) {
    this.#n = n;
    this.#genres = new Set(genres.map(folded));
    this.#maxPerGenre = maxPerGenre;
  }

  /** How many are still to be found. */
  get missing(): number {
    return this.#n - this.#picked.size;
  }

  get picked(): readonly T[] {
    return [...this.#picked.values()];
  }

  /** Lets none of these in from now on. */
  exclude(itemIds: Iterable<string>): void {
    for (const itemId of itemIds) this.#excluded.add(itemId);
  }

  /** Whether the item may be taken; `room` is how many more of each of its genres there has to be room for. */
  accepts(itemId: string, item: RuledItem | undefined, room = 1): boolean {
    if (this.#excluded.has(itemId) || this.#picked.has(itemId) || item?.available === false) return false;
    const genres = item?.genres ?? [];
    const isAsked = this.#genres.size === 0 || genres.some(genre => this.#genres.has(folded(genre)));
    return isAsked && genres.every(genre => (this.#ofGenre.get(genre) ?? 0) + room <= this.#maxPerGenre);
  }

  /** Takes the candidate where there is room for it and the rules accept it. */
  offer(candidate: T, item: RuledItem | undefined): void {
    if (this.missing <= 0 || !this.accepts(candidate.itemId, item)) return;
    for (const genre of item?.genres ?? []) this.#ofGenre.set(genre, (this.#ofGenre.get(genre) ?? 0) + 1);
    this.#picked.set(candidate.itemId, candidate);
  }
}

const folded = (genre: string): string => genre.toLowerCase();

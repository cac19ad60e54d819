import type { Millis } from '../../stream/time.ts';

/** Parts of a lifetime: what is over is swept at most one of them later. */
export const partsOfLifetime = 24;

/** How wide a part is: ends within one of them are swept together. */
export const partOf = (lifetime: Millis): Millis => Math.max(1, Math.floor(lifetime / partsOfLifetime));

/** The end of the part in which an instant lies: everything in it is over then. */
export const partEnd = (expiry: Millis, part: Millis): Millis => Math.ceil(expiry / part) * part;

/** When ids are over, in memory, swept part by part: one timer for many. */
export class Expiries {
  readonly #part: Millis;
  readonly #ends = new Map<string, Millis>();
  /** By the ends of their parts. */
  readonly #parts = new Map<Millis, Set<string>>();
  #next: Millis = Infinity;

  constructor(lifetime: Millis) {
    this.#part = partOf(lifetime);
  }

  get next(): Millis {
    return this.#next;
  }

  isOver(id: string, now: Millis): boolean {
    const end = this.#ends.get(id);
    return end !== undefined && end <= now;
  }

  of(id: string): Millis {
    return this.#ends.get(id) ?? Infinity;
  }

  set(id: string, expiry: Millis): void {
    const before = this.#ends.get(id);
    if (before === expiry) return;
    const part = partEnd(expiry, this.#part);
    if (before !== undefined && partEnd(before, this.#part) !== part) this.remove(id);
    this.#ends.set(id, expiry);
    const ids = this.#parts.get(part);
    if (ids === undefined) this.#parts.set(part, new Set([id]));
    else ids.add(id);
    this.#next = Math.min(this.#next, part);
  }

  remove(id: string): void {
    const end = this.#ends.get(id);
    if (end === undefined) return;
    this.#ends.delete(id);
    const part = partEnd(end, this.#part);
    const ids = this.#parts.get(part);
    ids?.delete(id);
    if (ids?.size === 0) this.#parts.delete(part);
  }

  /** Ids whose part has ended at `now`. */
  over(now: Millis): string[] {
    return [...this.#parts].filter(([part]) => part <= now).flatMap(([, ids]) => [...ids]);
  }

  /** After removals: `next` may have been theirs. */
  schedule(): void {
    this.#next = Infinity;
    for (const part of this.#parts.keys()) this.#next = Math.min(this.#next, part);
  }
}

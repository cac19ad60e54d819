/** What this process has last seen of items: their etags, to write under, and their versions, to drop what is older. */
import type { DocumentVersion } from '../port.ts';

export interface KnownItem {
  /** Undefined where there was no item. */
  readonly etag: string | undefined;
  readonly version: DocumentVersion | null;
}

/** About 300 bytes each. What is forgotten is read again before it is written. */
const mostKnown = 50_000;

export class KnownItems {
  readonly #items = new Map<string, KnownItem>();

  get(key: string): KnownItem | undefined {
    const known = this.#items.get(key);
    if (known === undefined) return undefined;
    this.#items.delete(key); // what is used moves behind what is not
    this.#items.set(key, known);
    return known;
  }

  set(key: string, known: KnownItem): void {
    this.#items.delete(key);
    this.#items.set(key, known);
    if (this.#items.size <= mostKnown) return;
    for (const oldest of this.#items.keys()) {
      this.#items.delete(oldest);
      return;
    }
  }

  forget(key: string): void {
    this.#items.delete(key);
  }
}

/** Field by field, in the order of the port. */
export function isGreater(one: DocumentVersion, other: DocumentVersion | null): boolean {
  if (other === null) return true;
  if (one.lineage !== other.lineage) return one.lineage > other.lineage;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return one.seq > other.seq;
}

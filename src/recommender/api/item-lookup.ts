/** How lists learn what an item is called: from the catalogue in memory, which is read in the background first. */
import { type Millis, seconds } from '../../stream/time.ts';
import type { ItemDirectory } from './items.ts';

/** What could not be read is not asked for again at once. */
const pause_ms = seconds(10);

/** The catalogue in memory, which goes on with its changes. */
export interface HeldItems {
  /** Of its state when it was asked for. */
  readonly revision: number;
  readonly held: ItemDirectory['held'];
}

export interface ItemLookupParts {
  readonly items: Pick<ItemDirectory, 'isLoaded' | 'revision' | 'refresh' | 'held' | 'close'>;
  readonly clock: { now(): Millis };
  /** Told why the catalogue cannot be in memory: lists go on without. */
  readonly report: (error: unknown) => void;
}

/** Never fails: whoever is told nothing reads the items one by one. */
export class ItemLookup {
  readonly #parts: ItemLookupParts;
  #loading: Promise<void> | undefined;
  #pausedUntil: Millis = -Infinity;

  constructor(parts: ItemLookupParts) {
    this.#parts = parts;
  }

  /** The catalogue as of now; undefined while it is not all in memory. */
  async current(): Promise<HeldItems | undefined> {
    const { items, clock } = this.#parts;
    if (clock.now() < this.#pausedUntil) return undefined;
    if (!items.isLoaded) this.#load();
    else await this.#refresh();
    if (!items.isLoaded || clock.now() < this.#pausedUntil) return undefined;
    return { revision: items.revision, held: itemId => items.held(itemId) };
  }

  /** Resolves once nothing is read any more. */
  async close(): Promise<void> {
    await this.#parts.items.close();
    await this.#loading;
  }

  #load(): void {
    this.#loading ??= this.#refresh().finally(() => {
      this.#loading = undefined;
    });
  }

  async #refresh(): Promise<void> {
    try {
      await this.#parts.items.refresh();
    } catch (error) {
      this.#pausedUntil = this.#parts.clock.now() + pause_ms;
      this.#parts.report(error);
    }
  }
}

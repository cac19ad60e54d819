/** A collection as memory holds it: read once from its beginning, or from where one says, then kept up to date by the change feed. */
import { setImmediate } from 'node:timers/promises';
import { BadContinuation, type Documents, type StoredDocument } from '../../documents/port.ts';

const pageSize = 1_000;

/** Where the documents go; it bounds what it keeps. */
export interface Follower {
  /** Forget everything: the documents were begun afresh. */
  begin(): void;
  take(document: StoredDocument): void;
}

export interface Following {
  /** Where to begin, asked for again where the documents were begun afresh; at their beginning where absent. */
  readonly start?: () => Promise<string>;
  /** Pages that one refresh reads at most; until there are no more where absent. */
  readonly mostPages?: number;
}

export class Followed {
  readonly #documents: Pick<Documents, 'changes'>;
  readonly #collection: string;
  readonly #into: Follower;
  readonly #following: Following;
  #continuation: string | undefined;
  #refreshing: Promise<void> | undefined;
  #isCaughtUp = false;
  #isClosed = false;

  constructor(documents: Pick<Documents, 'changes'>, collection: string, into: Follower, following: Following = {}) {
    this.#documents = documents;
    this.#collection = collection;
    this.#into = into;
    this.#following = following;
  }

  /** Whether the feed was read to its end once. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Reads what has changed; requests at the same time share one reading. Rejects with what the follower throws. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Ends a reading under way after its page; what is asked from now on stays as it is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // Who asked for it is told how it failed.
    await this.#refreshing?.catch(() => {});
  }

  async #read(): Promise<void> {
    try {
      await this.#readOn();
    } catch (error) {
      if (!(error instanceof BadContinuation) || this.#continuation === undefined) throw error;
      // The documents were begun afresh, and so is what was made of them.
      this.#into.begin();
      this.#continuation = undefined;
      this.#isCaughtUp = false;
      await this.#readOn();
    }
  }

  async #readOn(): Promise<void> {
    const { start, mostPages = Infinity } = this.#following;
    if (!this.#isClosed) this.#continuation ??= await start?.();
    for (let [caughtUp, pages] = [false, 0]; !caughtUp && pages < mostPages && !this.#isClosed; pages++) {
      const page = await this.#documents.changes(this.#collection, this.#continuation, pageSize);
      for (const document of page.documents) this.#into.take(document);
      this.#continuation = page.continuation;
      caughtUp = page.caughtUp;
      // Embedded documents never leave the microtask queue by themselves: requests have their turn between pages.
      if (caughtUp) this.#isCaughtUp = true;
      else await setImmediate();
    }
  }
}

/** Whose list or profile has changed, told by the change feeds. */
import type { Documents, StoredDocument } from '../../../documents/port.ts';
import { Followed } from '../followed.ts';

const collections = ['recommendations', 'profiles'];
/** Pages of a feed that a look reads: where it is written without a pause, it may never be caught up with. */
const mostPages = 16;

/**
 * The feeds are read from where they end when the first user is watched, and not at all while nobody is. Nothing is
 * missed so: whoever comes is told how the list stands by reading it after a look, so after the end was asked for. What
 * changed before that reading is in the list; what changes after it stands behind the place that the look came to, where
 * the next one finds it.
 */
export class ChangedUsers {
  readonly #documents: Pick<Documents, 'changes' | 'feedEnd'>;
  readonly #usersNow: () => ReadonlySet<string>;
  #feeds: readonly Followed[] | undefined;
  /** As of the last look; the others may be any number, and are not noted. */
  #watched: ReadonlySet<string> = new Set();
  #changed = new Set<string>();
  #isClosed = false;

  /** @param watched who is watched now */
  constructor(documents: Pick<Documents, 'changes' | 'feedEnd'>, watched: () => ReadonlySet<string>) {
    this.#documents = documents;
    this.#usersNow = watched;
  }

  /** Of those who are watched, since the last look; all of them where the documents were begun afresh. */
  async since(): Promise<ReadonlySet<string>> {
    this.#watched = this.#usersNow();
    if (this.#watched.size === 0 || this.#isClosed) this.forget();
    else
      for (const feed of (this.#feeds ??= collections.map(collection => this.#follow(collection))))
        await feed.refresh();
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Nobody is told of anything any more: whoever comes next is told of what changes from then on. */
  forget(): void {
    this.#feeds = undefined;
    this.#changed.clear();
  }

  /** Ends a look under way after the page that it waits for; later looks find nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all((this.#feeds ?? []).map(feed => feed.close()));
  }

  #follow(collection: string): Followed {
    const into = {
      begin: () => {
        for (const user of this.#watched) this.#changed.add(user);
      },
      take: ({ id }: StoredDocument) => {
        if (this.#watched.has(id)) this.#changed.add(id);
      },
    };
    return new Followed(this.#documents, collection, into, {
      start: () => this.#documents.feedEnd(collection),
      mostPages,
    });
  }
}

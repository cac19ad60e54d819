/** Whose list or profile has changed, told by the change feeds. */
import type { Documents, StoredDocument } from '../../../documents/port.ts';
import { Followed } from '../followed.ts';

export class ChangedUsers {
  readonly #feeds: readonly Followed[];
  #changed = new Set<string>();

  /** Only users who are watched are noted: the rest may be any number. */
  constructor(documents: Pick<Documents, 'changes'>, isWatched: (user: string) => boolean) {
    const into = {
      begin: () => {},
      take: ({ id }: StoredDocument) => {
        if (isWatched(id)) this.#changed.add(id);
      },
    };
    this.#feeds = ['recommendations', 'profiles'].map(collection => new Followed(documents, collection, into));
  }

  /** Since the last call; at the first all watched users who have a list or a profile. */
  async since(): Promise<ReadonlySet<string>> {
    for (const feed of this.#feeds) await feed.refresh();
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }
}

/** Users' lists as they change, each to who watches it: one poller of the change feed, however many connections. */
import type { Documents } from '../../../documents/port.ts';
import type { ItemList } from '../lists.ts';
import { ChangedUsers } from './changed-users.ts';
import type { EventStream } from './event-stream.ts';
import { tellUsers, type UserWatcher, usersOf } from './tell-users.ts';
import { type LiveClock, Watchers } from './watchers.ts';

/** Connections at a time. */
export const mostListWatchers = 1_000;
/** A list may stay as it is for hours: who hears nothing for some of these is cut off, and can know it. */
const greetEvery_ms = 2_000;

export interface ListHubParts {
  readonly documents: Pick<Documents, 'changes' | 'feedEnd'>;
  readonly clock: LiveClock;
  /** Told of what ended connections; those who watch ask again. */
  readonly report: (error: unknown) => void;
}

interface ListWatcher extends UserWatcher {
  readonly list: () => Promise<ItemList>;
  /** Id of the list that was sent last, or that the watcher came with. */
  last: string | undefined;
}

export class ListHub {
  readonly #clock: LiveClock;
  readonly #watchers: Watchers<ListWatcher>;
  readonly #changed: ChangedUsers;
  #greetedAt = -Infinity;

  constructor({ documents, clock, report }: ListHubParts) {
    this.#clock = clock;
    this.#watchers = new Watchers({
      most: mostListWatchers,
      clock,
      report,
      round: watchers => this.#round(watchers),
      rest: () => this.#changed.forget(),
    });
    this.#changed = new ChangedUsers(documents, () => usersOf(this.#watchers.all));
  }

  /**
   * A stream of the user's lists: the first at once, unless it is the one of this id, then each that is another; until it
   * is destroyed, or the hub is closed. @throws {TooManyWatchers}
   */
  watch(user: string, list: () => Promise<ItemList>, last: string | undefined): EventStream {
    return this.#watchers.admit(stream => {
      stream.greet();
      return { stream, user, list, last, isGreeted: false };
    });
  }

  /** Ends all streams; resolves once nothing runs any more. */
  async close(): Promise<void> {
    await Promise.all([this.#watchers.close(), this.#changed.close()]);
  }

  async #round(watchers: ReadonlySet<ListWatcher>): Promise<void> {
    if (this.#clock.now() - this.#greetedAt >= greetEvery_ms) {
      this.#greetedAt = this.#clock.now();
      for (const { stream } of watchers) stream.greet();
    }
    await tellUsers(this.#watchers, await this.#changed.since(), tell);
  }
}

async function tell(watcher: ListWatcher): Promise<void> {
  const list = await watcher.list();
  if (list.listId === watcher.last) return;
  watcher.last = list.listId;
  watcher.stream.offer('recommendations', list, list.listId);
}

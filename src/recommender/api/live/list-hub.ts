/** Users' lists as they change, each to who watches it: one poller of the change feed, however many connections. */
import type { Documents } from '../../../documents/port.ts';
import { TooManyWatchers } from '../errors.ts';
import type { ItemList } from '../lists.ts';
import { ChangedUsers } from './changed-users.ts';
import { EventStream } from './event-stream.ts';
import type { LiveClock } from './hub.ts';

/** Connections at a time. */
export const mostListWatchers = 1_000;
/** How often changes are looked for while somebody watches. */
const pollEvery_ms = 50;

export interface ListHubParts {
  readonly documents: Pick<Documents, 'changes'>;
  readonly clock: LiveClock;
  /** Told of what ended all connections; those who watch ask again. */
  readonly report: (error: unknown) => void;
}

interface Watcher {
  readonly stream: EventStream;
  readonly user: string;
  readonly list: () => Promise<ItemList>;
  /** Id of the list that was sent last, or that the watcher came with. */
  last: string | undefined;
  isGreeted: boolean;
}

export class ListHub {
  readonly #parts: ListHubParts;
  readonly #watchers = new Set<Watcher>();
  readonly #changed: ChangedUsers;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #isClosed = false;

  constructor(parts: ListHubParts) {
    this.#parts = parts;
    this.#changed = new ChangedUsers(parts.documents, id => [...this.#watchers].some(({ user }) => user === id));
  }

  /**
   * A stream of the user's lists: the first at once, unless it is the one of this id, then each that is another; until it
   * is destroyed, or the hub is closed. @throws {TooManyWatchers}
   */
  watch(user: string, list: () => Promise<ItemList>, last: string | undefined): EventStream {
    if (this.#watchers.size >= mostListWatchers) throw new TooManyWatchers(mostListWatchers);
    const stream = new EventStream();
    if (this.#isClosed) {
      stream.finish();
      return stream;
    }
    stream.greet();
    const watcher: Watcher = { stream, user, list, last, isGreeted: false };
    this.#watchers.add(watcher);
    stream.once('close', () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#wake.abort();
    });
    this.#running ??= this.#run();
    this.#wake.abort();
    return stream;
  }

  /** Ends all streams; resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#finish();
    await this.#running;
  }

  #finish(): void {
    for (const { stream } of this.#watchers) stream.finish();
    this.#watchers.clear();
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    try {
      while (this.#watchers.size > 0) {
        // Renewed before the round: who comes while it is under way ends the sleep after it.
        this.#wake = new AbortController();
        await this.#round();
        await this.#parts.clock.sleep(pollEvery_ms, this.#wake.signal);
      }
    } catch (error) {
      this.#parts.report(error);
      this.#finish();
    } finally {
      this.#running = undefined;
    }
  }

  async #round(): Promise<void> {
    const changed = await this.#changed.since();
    for (const watcher of this.#watchers) {
      if (watcher.isGreeted && !changed.has(watcher.user)) continue;
      watcher.isGreeted = true;
      const list = await watcher.list();
      if (list.listId === watcher.last) continue;
      watcher.last = list.listId;
      watcher.stream.offer('recommendations', list, list.listId);
    }
  }
}

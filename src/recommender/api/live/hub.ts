/** The live figures and changed lists, for all who watch: one poller, however many connections. */
import type { Documents } from '../../../documents/port.ts';
import type { Millis } from '../../../stream/time.ts';
import { TooManyWatchers } from '../errors.ts';
import type { ModelHistory } from '../model-history.ts';
import type { Stored } from '../stored.ts';
import { ChangedUsers } from './changed-users.ts';
import { EventStream } from './event-stream.ts';
import { LiveSamples } from './samples.ts';
import type { LiveSource } from './source.ts';

/** Connections at a time. */
export const mostWatchers = 64;
/** How often changes are looked for while somebody watches. */
const pollEvery_ms = 50;
const sampleEvery_ms = 1_000;

/** Time and waiting. */
export interface LiveClock {
  now(): Millis;
  sleep(duration: Millis, signal: AbortSignal): Promise<void>;
}

export interface HubParts {
  readonly documents: Pick<Documents, 'changes'>;
  readonly stored: Stored;
  readonly history: ModelHistory;
  readonly live: LiveSource;
  readonly clock: LiveClock;
  /** Told of what ended all connections; those who watch ask again. */
  readonly report: (error: unknown) => void;
}

interface Watcher {
  readonly stream: EventStream;
  /** Whose list is watched. */
  readonly user: string | undefined;
  /** Whether it has been told how its list stands. */
  isGreeted: boolean;
}

export class LiveHub {
  readonly #parts: HubParts;
  readonly #watchers = new Set<Watcher>();
  readonly #samples: LiveSamples;
  readonly #changed: ChangedUsers;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #sampledAt = -Infinity;
  #isClosed = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#samples = new LiveSamples(parts.live, parts.history, parts.clock);
    this.#changed = new ChangedUsers(parts.documents, id => [...this.#watchers].some(({ user }) => user === id));
  }

  /** A stream of events, the first at once; until it is destroyed, or the hub is closed. @throws {TooManyWatchers} */
  watch(user: string | undefined): EventStream {
    if (this.#watchers.size >= mostWatchers) throw new TooManyWatchers(mostWatchers);
    const stream = new EventStream();
    if (this.#isClosed) stream.finish();
    else this.#enter({ stream, user, isGreeted: false });
    return stream;
  }

  /** Ends all streams; resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#finish();
    await this.#running;
  }

  #enter(watcher: Watcher): void {
    const { stream } = watcher;
    this.#watchers.add(watcher);
    stream.once('close', () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#wake.abort();
    });
    // The newest is less than a second old while the poller runs; without it the first round makes one.
    if (this.#samples.newest !== undefined) stream.offer('sample', this.#samples.newest);
    this.#running ??= this.#run();
    this.#wake.abort();
  }

  #finish(): void {
    for (const { stream } of this.#watchers) stream.finish();
    this.#watchers.clear();
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    this.#sampledAt = -Infinity;
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
      this.#samples.forget();
      this.#running = undefined;
    }
  }

  async #round(): Promise<void> {
    if (this.#parts.clock.now() - this.#sampledAt >= sampleEvery_ms) {
      this.#sampledAt = this.#parts.clock.now();
      const sample = await this.#samples.take();
      for (const { stream } of this.#watchers) stream.offer('sample', sample);
    }
    const changed = await this.#changed.since();
    for (const watcher of this.#watchers) {
      const { user, isGreeted } = watcher;
      if (user === undefined || (isGreeted && !changed.has(user))) continue;
      watcher.isGreeted = true;
      await this.#tell(watcher.stream, user);
    }
  }

  async #tell(stream: EventStream, userId: string): Promise<void> {
    const list = await this.#parts.stored.listOf(userId);
    stream.offer('list', { userId, modelVersion: list === undefined ? null : `${list.generation}.${list.number}` });
  }
}

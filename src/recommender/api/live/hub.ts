/** The live figures and changed lists, for all who watch: one poller, however many connections. */
import type { Documents } from '../../../documents/port.ts';
import type { ModelHistory } from '../model-history.ts';
import type { Stored } from '../stored.ts';
import { ChangedUsers } from './changed-users.ts';
import type { EventStream } from './event-stream.ts';
import { LiveSamples } from './samples.ts';
import type { LiveSource } from './source.ts';
import { tellUsers, type UserWatcher, usersOf } from './tell-users.ts';
import { type LiveClock, Watchers } from './watchers.ts';

/** Connections at a time. */
export const mostWatchers = 64;
const sampleEvery_ms = 1_000;

export interface HubParts {
  readonly documents: Pick<Documents, 'changes' | 'feedEnd'>;
  readonly stored: Stored;
  readonly history: ModelHistory;
  readonly live: LiveSource;
  readonly clock: LiveClock;
  /** Told of what ended connections; those who watch ask again. */
  readonly report: (error: unknown) => void;
}

export class LiveHub {
  readonly #parts: HubParts;
  readonly #watchers: Watchers<UserWatcher>;
  readonly #samples: LiveSamples;
  readonly #changed: ChangedUsers;
  #sampledAt = -Infinity;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#samples = new LiveSamples(parts.live, parts.history, parts.clock);
    this.#watchers = new Watchers({
      most: mostWatchers,
      clock: parts.clock,
      report: parts.report,
      round: watchers => this.#round(watchers),
      rest: () => this.#rest(),
    });
    this.#changed = new ChangedUsers(parts.documents, () => usersOf(this.#watchers.all));
  }

  /** A stream of events, the first at once; until it is destroyed, or the hub is closed. @throws {TooManyWatchers} */
  watch(user: string | undefined): EventStream {
    return this.#watchers.admit(stream => {
      // The newest is less than a second old while the poller runs; without it the first round makes one.
      if (this.#samples.newest !== undefined) stream.offer('sample', this.#samples.newest);
      return { stream, user, isGreeted: false };
    });
  }

  /** Ends all streams; resolves once nothing runs any more. */
  async close(): Promise<void> {
    await Promise.all([this.#watchers.close(), this.#changed.close()]);
  }

  /** Whoever comes next is told of their own time. */
  #rest(): void {
    this.#samples.forget();
    this.#changed.forget();
    this.#sampledAt = -Infinity;
  }

  async #round(watchers: ReadonlySet<UserWatcher>): Promise<void> {
    if (this.#parts.clock.now() - this.#sampledAt >= sampleEvery_ms) {
      this.#sampledAt = this.#parts.clock.now();
      const sample = await this.#samples.take();
      for (const { stream } of watchers) stream.offer('sample', sample);
    }
    await tellUsers(this.#watchers, await this.#changed.since(), ({ stream }, user) => this.#tell(stream, user));
  }

  async #tell(stream: EventStream, userId: string): Promise<void> {
    const list = await this.#parts.stored.listOf(userId);
    stream.offer('list', { userId, modelVersion: list === undefined ? null : `${list.generation}.${list.number}` });
  }
}

/** Whether a user's list has learnt an event: so that who writes can read what came of it. */
import { ratings, recommendations } from '../../../topologies/streams.ts';
import type { Millis } from '../../stream/time.ts';
import { partitionOf } from '../../transport/partitioner.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import { digestOfList } from '../domain/made-list.ts';
import { scoped } from '../domain/tenant.ts';
import type { EventPlace, Learnt, LearntVersion } from './learnt.ts';
import { endsOf, untilGrown } from './log-news.ts';
import type { ListDocument, Stored } from './stored.ts';
import { Waiting } from './waiting.ts';

/** How often it is looked for what no record tells while somebody waits: lists that came out the same, and how far the topology says that it has come. */
const lookEvery_ms = 50;
const askEvery_ms = 250;
/** The consumer group that makes the lists: its topology. */
const listsGroup = 'recommend';

interface Wanted {
  readonly userId: string;
  readonly place: EventPlace;
  readonly version: LearntVersion;
}

export interface LearntListParts {
  readonly learnt: Learnt;
  readonly stored: Pick<Stored, 'listOf' | 'profileOf'>;
  readonly transport: Pick<Transport, 'committed' | 'topics' | 'bounds' | 'grown'>;
  /** Whose users they are. */
  readonly tenant: string;
  readonly clock: { now(): Millis; sleep(duration: Millis, signal: AbortSignal): Promise<void> };
  readonly report: (error: unknown) => void;
}

export class LearntLists {
  readonly #parts: LearntListParts;
  readonly #waiting: Waiting<Wanted, true>;
  /** Aborted when somebody comes, whose partition may be one that nobody has waited for. */
  #joined = new AbortController();

  constructor(parts: LearntListParts) {
    this.#parts = parts;
    this.#waiting = new Waiting({ ...parts, run: signal => this.#follow(signal) });
  }

  /**
   * Whether what is answered for the user from here on has learnt the event, once it has or so many milliseconds are
   * over. A list that came out the same is not written again: the user's profile says so. Of an event that changes
   * neither, one that came twice for instance, it is told a second later at most.
   */
  async wait(userId: string, place: EventPlace, atMost_ms: Millis): Promise<boolean> {
    const { learnt, clock } = this.#parts;
    const until = clock.now() + atMost_ms;
    const version = await learnt.wait(place, atMost_ms);
    if (version === undefined) return false;
    const wanted = { userId, place, version };
    if (await this.#isWritten(wanted)) return true;
    const answer = this.#waiting.wait(wanted, Math.max(0, until - clock.now()));
    this.#joined.abort();
    return (await answer) ?? false;
  }

  close(): Promise<void> {
    return this.#waiting.close();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, transport } = this.#parts;
    let [ends, askedAt]: [ReadonlyMap<number, Offset>, Millis] = [new Map(), -Infinity];
    while (!signal.aborted) {
      // Both before the look: what comes during it, a record or somebody else, leads to another one.
      this.#joined = new AbortController();
      const at = await this.#listEnds();
      if (clock.now() - askedAt >= askEvery_ms) [ends, askedAt] = [await listedEnds(transport), clock.now()];
      const done = new Set<Wanted>();
      for (const wanted of this.#waiting.wanted)
        if ((ends.get(wanted.place.partition) ?? 0) > wanted.place.offset || (await this.#isWritten(wanted)))
          done.add(wanted);
      this.#waiting.settle(wanted => (done.has(wanted) ? true : undefined));
      await untilGrown(this.#parts, at, lookEvery_ms, AbortSignal.any([signal, this.#joined.signal]));
    }
  }

  /** Where the lists of those who wait end in the log: whoever finds one there finds its document. */
  async #listEnds() {
    const { transport, tenant } = this.#parts;
    const topics = await transport.topics();
    const count = topics.find(({ topic }) => topic === recommendations.name)?.partitions;
    if (count === undefined) return [];
    const partitions = this.#waiting.wanted.map(({ userId }) => partitionOf(scoped(tenant, userId), count));
    return endsOf(
      transport,
      [...new Set(partitions)].map(partition => ({ topic: recommendations.name, partition })),
    );
  }

  /**
   * By the list, or where that came out the same by the profile, which is written for every user with news and names the
   * list that goes with it: documents of a version need not all be there at once.
   */
  async #isWritten({ userId, version }: Wanted): Promise<boolean> {
    const { stored } = this.#parts;
    const list = await stored.listOf(userId);
    if (isSince(list, version)) return true;
    const profile = await stored.profileOf(userId);
    return isSince(profile, version) && profile?.list === this.#digestOf(list);
  }

  /** As its topology computed it, which knows items by their scoped ids. */
  #digestOf(list: ListDocument | undefined): string | null {
    if (list === undefined) return null;
    const { tenant } = this.#parts;
    return digestOfList(
      list.generation,
      list.items.map(item => ({ ...item, itemId: scoped(tenant, item.itemId) })),
    );
  }
}

/** Numbers go up within a generation; of another generation nothing can be told. */
const isSince = (
  document: { readonly generation?: number | undefined; readonly number?: number | undefined } | undefined,
  { generation, number }: LearntVersion,
): boolean => document?.generation === generation && (document.number ?? -1) >= number;

/**
 * How far the events of each partition are in lists, profiles and histories, as the topology that writes them told last:
 * behind the truth, and never ahead of it.
 */
export async function listedEnds(transport: Pick<Transport, 'committed'>): Promise<ReadonlyMap<number, Offset>> {
  const committed = await transport.committed(listsGroup);
  return new Map(
    committed.flatMap(({ topic, partition, offset }) => (topic === ratings.name ? [[partition, offset]] : [])),
  );
}

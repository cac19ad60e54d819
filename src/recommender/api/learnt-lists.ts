/** Whether a user's list has learnt an event: so that who writes can read what came of it. */
import { ratings } from '../../../topologies/streams.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import type { EventPlace, Learnt, LearntVersion } from './learnt.ts';
import type { Stored } from './stored.ts';
import { Waiting } from './waiting.ts';

/** How often it is looked while somebody waits: for changed lists, and how far the topology says that it has come. */
const lookEvery_ms = 25;
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
  readonly stored: Pick<Stored, 'listOf'>;
  readonly transport: Pick<Transport, 'committed'>;
  readonly clock: { now(): Millis; sleep(duration: Millis, signal: AbortSignal): Promise<void> };
  readonly report: (error: unknown) => void;
}

export class LearntLists {
  readonly #parts: LearntListParts;
  readonly #waiting: Waiting<Wanted, true>;

  constructor(parts: LearntListParts) {
    this.#parts = parts;
    this.#waiting = new Waiting({ ...parts, run: signal => this.#follow(signal) });
  }

  /**
   * Whether what is answered for the user from here on has learnt the event, once it has or so many milliseconds are
   * over. A list that came out the same is not written again: that it was looked at is told a second later at most.
   */
  async wait(userId: string, place: EventPlace, atMost_ms: Millis): Promise<boolean> {
    const { learnt, clock } = this.#parts;
    const until = clock.now() + atMost_ms;
    const version = await learnt.wait(place, atMost_ms);
    if (version === undefined) return false;
    const wanted = { userId, place, version };
    if (await this.#isWritten(wanted)) return true;
    return (await this.#waiting.wait(wanted, Math.max(0, until - clock.now()))) ?? false;
  }

  close(): Promise<void> {
    return this.#waiting.close();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, transport } = this.#parts;
    let [ends, askedAt]: [ReadonlyMap<number, Offset>, Millis] = [new Map(), -Infinity];
    while (!signal.aborted) {
      if (clock.now() - askedAt >= askEvery_ms) [ends, askedAt] = [await listedEnds(transport), clock.now()];
      const done = new Set<Wanted>();
      for (const wanted of this.#waiting.wanted)
        if ((ends.get(wanted.place.partition) ?? 0) > wanted.place.offset || (await this.#isWritten(wanted)))
          done.add(wanted);
      this.#waiting.settle(wanted => (done.has(wanted) ? true : undefined));
      await clock.sleep(lookEvery_ms, signal);
    }
  }

  /** Numbers go up within a generation; of another generation nothing can be told from the list alone. */
  async #isWritten({ userId, version }: Wanted): Promise<boolean> {
    const list = await this.#parts.stored.listOf(userId);
    return list !== undefined && list.generation === version.generation && list.number >= version.number;
  }
}

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

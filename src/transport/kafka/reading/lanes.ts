/**
 * The connections over which one broker is read. A broker answers a connection one request after the other, so those
 * that answer at once have other connections than long polls, and what no poll under way covers gets a poll of its own.
 */
import { Unavailable } from '../../../errors.ts';
import type { Millis } from '../../../stream/time.ts';
import type { Brokers, Purpose } from '../brokers.ts';
import type { Cluster } from '../cluster.ts';
import { reasonOf } from '../cluster.ts';
import type { Address } from '../connection.ts';
import { Code, failureOf } from '../errors.ts';
import { type KafkaOptions, limitsOf } from '../options.ts';
import { answered, fetch, type FetchAnswer, type FetchedPartition, type FetchPlace } from '../requests/fetch.ts';
import type { Cursor, Demand } from './cursor.ts';

const promptLanes: readonly Purpose[] = ['fetch-0', 'fetch-1'];
const pollLanes: readonly Purpose[] = ['poll-0', 'poll-1', 'poll-2', 'poll-3'];
/** A request answers no more, but for a batch that is larger alone. */
const maxAnswerBytes = 16 * 1024 * 1024;
/** A cursor is read ahead for this long after it was used. */
const followedFor: Millis = 10_000;
/** An answer that lacks what the log has is asked for again, so often. */
const maxTries = 5;
/** After a first one, then twice as long each time. */
const firstPause: Millis = 20;

/** A request under way: which cursors, and from where. */
interface Asked {
  readonly cursor: Cursor;
  readonly place: FetchPlace;
}

/** What the lanes of all brokers share. */
export interface Shared {
  /** Number of the newest request: a read knows by it which were sent after it began. */
  requests: number;
  /** Whether there is room to fetch ahead, in the whole process. */
  readonly hasRoom: () => boolean;
}

export class Lanes {
  readonly #address: Address;
  readonly #options: KafkaOptions;
  readonly #brokers: Brokers;
  readonly #cluster: Cluster;
  readonly #shared: Shared;
  readonly #cursors = new Set<Cursor>();
  readonly #busy = new Set<Purpose>();
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  #pausedUntil: Millis = 0;

  constructor(address: Address, options: KafkaOptions, cluster: Cluster, shared: Shared) {
    this.#address = address;
    this.#options = options;
    this.#cluster = cluster;
    this.#brokers = cluster.brokers;
    this.#shared = shared;
  }

  add(cursor: Cursor): void {
    this.#cursors.add(cursor);
  }

  remove(cursor: Cursor): void {
    this.#cursors.delete(cursor);
  }

  has(cursor: Cursor): boolean {
    return this.#cursors.has(cursor);
  }

  /** Sends what is wanted, once all of this turn have said what they want: one request then asks for all. */
  schedule(): void {
    if (this.#scheduled !== undefined) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#send();
    });
  }

  #send(): void {
    if (this.#brokers.closing.aborted) return;
    const now = this.#options.clock();
    if (now < this.#pausedUntil) {
      this.#scheduled = setTimeout(() => {
        this.#scheduled = undefined;
        this.#send();
      }, this.#pausedUntil - now);
      return;
    }
    for (const lane of promptLanes) this.#sendOn(lane, cursor => this.#wantsNow(cursor, now), 0);
    const { longPoll } = limitsOf(this.#options);
    for (const lane of pollLanes) this.#sendOn(lane, cursor => this.#wantsPoll(cursor, now), longPoll);
  }

  #wantsNow(cursor: Cursor, now: Millis): boolean {
    if (cursor.prompt > 0) return false;
    return cursor.demands.size > 0 || (cursor.isBehind && this.#mayReadAhead(cursor, now));
  }

  #wantsPoll(cursor: Cursor, now: Millis): boolean {
    if (cursor.prompt > 0 || cursor.polled || cursor.isBehind) return false;
    return cursor.waiters.size > 0 || this.#mayReadAhead(cursor, now);
  }

  #mayReadAhead(cursor: Cursor, now: Millis): boolean {
    const { fetchBytes } = limitsOf(this.#options);
    return (
      cursor.following &&
      now - cursor.usedAt < followedFor &&
      cursor.buffered < 2 * fetchBytes &&
      this.#shared.hasRoom()
    );
  }

  #sendOn(lane: Purpose, isWanted: (cursor: Cursor) => boolean, maxWait: Millis): void {
    if (this.#busy.has(lane)) return;
    const asked = this.#choose(isWanted);
    if (asked.length === 0) return;
    const number = ++this.#shared.requests;
    for (const { cursor } of asked) {
      if (maxWait === 0) cursor.prompt = number;
      else cursor.polled = true;
    }
    this.#busy.add(lane);
    void this.#ask(lane, asked, maxWait, number);
  }

  /** A request names a partition once; whoever has waited longest comes first, since an answer may not hold all. */
  #choose(isWanted: (cursor: Cursor) => boolean): Asked[] {
    const chosen = new Map<string, Asked>();
    const { fetchBytes } = limitsOf(this.#options);
    for (const cursor of this.#cursors) {
      const { at, position: from, topicId } = cursor;
      const name = `${at.topic}/${at.partition}`;
      if (chosen.has(name) || !isWanted(cursor)) continue;
      chosen.set(name, { cursor, place: { ...at, from, topicId, maxBytes: fetchBytes } });
    }
    for (const { cursor } of chosen.values()) {
      this.#cursors.delete(cursor);
      this.#cursors.add(cursor);
    }
    return [...chosen.values()];
  }

  async #ask(lane: Purpose, asked: readonly Asked[], maxWait: Millis, number: number): Promise<void> {
    try {
      const broker = await this.#brokers.get(this.#address, lane);
      const places = asked.map(({ place }) => place);
      const answer = await fetch(broker, places, { maxWait, maxBytes: maxAnswerBytes });
      this.#release(lane, asked, maxWait);
      this.#pause(answer);
      for (const each of asked) this.#settle(each, answer, number);
    } catch (error) {
      this.#release(lane, asked, maxWait);
      this.#failAll(asked, error instanceof Error ? error : new Error(String(error)));
    }
    this.schedule();
  }

  #release(lane: Purpose, asked: readonly Asked[], maxWait: Millis): void {
    this.#busy.delete(lane);
    for (const { cursor } of asked) {
      if (maxWait === 0) cursor.prompt = 0;
      else cursor.polled = false;
    }
  }

  /** The broker asks for less: it would hold the next request back by itself, which looks like a broker that is away. */
  #pause({ throttle }: FetchAnswer): void {
    if (throttle === 0) return;
    this.#cluster.troubles.tell('throttled');
    this.#pauseFor(Math.min(throttle, limitsOf(this.#options).requestTimeout / 2));
  }

  #settle({ cursor, place }: Asked, answer: FetchAnswer, number: number): void {
    const fetched = answered(answer, place);
    const code = fetched?.errorCode ?? Code.unknownTopicOrPartition;
    if (fetched === undefined || code !== Code.none) return this.#refuse(cursor, code);
    cursor.accept(place.from, compact(fetched));
    if (cursor.position > place.from || cursor.isBehind) for (const waiter of cursor.waiters) waiter.resolve();
    for (const demand of cursor.demands) this.#satisfy(cursor, demand, place, fetched, number);
    // Whoever is only read ahead for does not hurry a broker that throttles.
    if (cursor.position === place.from && cursor.isBehind) this.#pauseFor(firstPause);
  }

  #satisfy(cursor: Cursor, demand: Demand, place: FetchPlace, { end }: FetchedPartition, number: number): void {
    if (cursor.position > place.from) return demand.resolve('more');
    if (number <= demand.since) return; // it was sent before the read began: the answer to another comes
    if (end >= 0 && place.from >= end) return demand.resolve('end');
    // The log has more, says the answer, and does not hold it: a broker throttles so.
    this.#cluster.troubles.tell('empty fetch');
    if (++demand.tries >= maxTries) demand.reject(withheld(place, end));
    this.#pauseFor(firstPause * 2 ** demand.tries);
  }

  #pauseFor(duration: Millis): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.clock() + duration);
  }

  #refuse(cursor: Cursor, code: number): void {
    const { topic, partition } = cursor.at;
    const error = failureOf(code, `a fetch of ${topic}/${partition} from offset ${cursor.position}`);
    this.#cluster.troubles.tell(error.reason);
    this.#fail(cursor, error);
  }

  #failAll(asked: readonly Asked[], error: Error): void {
    if (error instanceof Unavailable) this.#cluster.troubles.tell(reasonOf(error));
    for (const { cursor } of asked) this.#fail(cursor, error);
  }

  /** Whoever reads asks the cluster anew, which then says what has become of the topic. */
  #fail(cursor: Cursor, error: Error): void {
    this.#cursors.delete(cursor);
    this.#cluster.forget(cursor.at.topic);
    cursor.following = false;
    for (const demand of cursor.demands) demand.reject(error);
    for (const waiter of cursor.waiters) waiter.reject(error);
  }
}

/** A small part must not keep a large answer in memory. */
function compact(fetched: FetchedPartition): FetchedPartition {
  const { records } = fetched;
  return records.length * 2 < records.buffer.byteLength ? { ...fetched, records: Buffer.from(records) } : fetched;
}

const withheld = ({ topic, partition, from }: FetchPlace, end: number): Unavailable =>
  new Unavailable(
    `The broker sends nothing of ${topic}/${partition} from offset ${from} on, though the log ends at ${end}`,
    'It is tried again until it does; a broker that throttles does so',
  );

/** Reads partitions from any offset, fetching ahead for whoever goes on reading, and waits at the end of the log. */
import { Unavailable } from '../../../errors.ts';
import {
  type Bounds,
  type CommittedOffset,
  type Offset,
  OffsetOutOfRange,
  type ReadRequest,
  TopicRecreated,
  type TopicPartition,
} from '../../port.ts';
import type { RecordBatch } from '../../record.ts';
import type { Cluster } from '../cluster.ts';
import { nameOfAddress } from '../connection.ts';
import { BrokerUnable, LogClosed } from '../errors.ts';
import { type KafkaOptions, limitsOf } from '../options.ts';
import type { Cursor, Found, ReadLimits } from './cursor.ts';
import { Cursors } from './cursors.ts';
import { Lanes, type Shared } from './lanes.ts';
import { orAborted } from './or-aborted.ts';

export class Reader {
  readonly #options: KafkaOptions;
  readonly #cluster: Cluster;
  readonly #bounds: (at: TopicPartition) => Promise<Bounds>;
  readonly #cursors: Cursors;
  readonly #lanes = new Map<string, Lanes>();
  readonly #shared: Shared = { requests: 0, hasRoom: () => this.#hasRoom() };

  constructor(options: KafkaOptions, cluster: Cluster, bounds: (at: TopicPartition) => Promise<Bounds>) {
    this.#options = options;
    this.#cluster = cluster;
    this.#bounds = bounds;
    this.#cursors = new Cursors(options.clock, cursor => this.#forget(cursor));
  }

  async read({ topic, partition, from, to = Infinity, maxRecords, maxBytes }: ReadRequest): Promise<RecordBatch[]> {
    const at = { topic, partition };
    await this.#cluster.topicOf(at);
    if (!Number.isSafeInteger(from) || from < 0) throw new OffsetOutOfRange(at, from, await this.#bounds(at));
    if (to <= from) return [];
    for (;;) {
      const batches = await this.#cluster.patiently(() => this.#readOnce(at, from, { to, maxRecords, maxBytes }));
      if (batches !== undefined) return batches;
    }
  }

  /** What is there at the cursor, or at the end of the log; undefined once there is more to look at. */
  async #readOnce(at: TopicPartition, from: Offset, limits: ReadLimits): Promise<RecordBatch[] | undefined> {
    const cursor = this.#cursors.find(at, from);
    const batches = this.#take(cursor, from, limits);
    if (batches.length > 0) return batches;
    return (await this.#demand(cursor, from)) === 'end' ? [] : undefined;
  }

  /** Resolves once one of the partitions has something at its offset, or when the signal aborts. */
  grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    const waiting = this.#cluster.patiently(() => this.#grown(past, signal), signal);
    return orAborted(waiting, signal, this.#cluster.brokers.closing);
  }

  async #grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    for (const at of past) await this.#cluster.topicOf(at);
    if (signal.aborted || this.#cluster.brokers.closing.aborted) return;
    const cursors = past.map(({ topic, partition, offset }) => this.#cursors.find({ topic, partition }, offset));
    const isPast = (cursor: Cursor, n: number): boolean =>
      Math.max(cursor.position, cursor.end) > (past[n]?.offset ?? 0);
    if (cursors.some(isPast)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve: () => resolve(), reject };
    signal.addEventListener('abort', waiter.resolve);
    for (const cursor of cursors) {
      cursor.following = true;
      cursor.waiters.add(waiter);
      this.#attach(cursor).then(lanes => lanes.schedule(), reject);
    }
    try {
      await promise;
    } catch (error) {
      // The next read says what is the matter.
      if (!isOutOfRange(error)) throw await this.#explained(past, error);
    } finally {
      signal.removeEventListener('abort', waiter.resolve);
      for (const cursor of cursors) cursor.waiters.delete(waiter);
    }
  }

  /** Ends all waiting. */
  close(): void {
    for (const cursor of this.#cursors.all()) {
      for (const demand of cursor.demands) demand.reject(new LogClosed());
      for (const waiter of cursor.waiters) waiter.resolve();
    }
  }

  /** What cannot be decoded is fetched anew by the next read. */
  #take(cursor: Cursor, from: Offset, limits: ReadLimits): RecordBatch[] {
    try {
      const batches = cursor.take(from, limits);
      const last = batches.at(-1);
      if (last !== undefined) this.#cursors.answered(cursor, last.firstOffset + last.records);
      if (cursor.following) this.#lanesOf(cursor)?.schedule();
      return batches;
    } catch (error) {
      this.#cursors.drop(cursor);
      throw error;
    }
  }

  /** What a request finds at the cursor that is sent from now on, or one before that has found something. */
  async #demand(cursor: Cursor, from: Offset): Promise<Found> {
    const lanes = await this.#attach(cursor);
    if (cursor.position > from) return 'more';
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const demand = { since: this.#shared.requests, tries: 0, resolve, reject };
    cursor.demands.add(demand);
    lanes.schedule();
    try {
      return await promise;
    } catch (error) {
      if (isOutOfRange(error)) {
        this.#cursors.drop(cursor);
        throw new OffsetOutOfRange(cursor.at, from, await this.#bounds(cursor.at));
      }
      throw await this.#explained([cursor.at], error);
    } finally {
      cursor.demands.delete(demand);
    }
  }

  /** Where its leader is read from. A topic that was made anew has nothing of what was read before. */
  async #attach(cursor: Cursor): Promise<Lanes> {
    const { id } = await this.#cluster.topicOf(cursor.at);
    if (cursor.topicId !== undefined && id !== cursor.topicId) {
      this.#cursors.drop(cursor);
      throw new TopicRecreated(cursor.at.topic);
    }
    cursor.topicId = id;
    const address = await this.#cluster.leaderOf(cursor.at);
    if (this.#cluster.brokers.closing.aborted) throw new LogClosed();
    const name = nameOfAddress(address);
    let lanes = this.#lanes.get(name);
    lanes ??= new Lanes(address, this.#options, this.#cluster, this.#shared);
    this.#lanes.set(name, lanes);
    if (!lanes.has(cursor)) {
      this.#detach(cursor);
      lanes.add(cursor);
    }
    return lanes;
  }

  /** A failed fetch may mean that the topic is gone: then the cluster says so. */
  async #explained(at: readonly TopicPartition[], error: unknown): Promise<unknown> {
    if (!(error instanceof Unavailable)) return error;
    try {
      for (const each of at) await this.#cluster.topicOf(each);
    } catch (reason) {
      return reason;
    }
    return error;
  }

  #lanesOf(cursor: Cursor): Lanes | undefined {
    for (const lanes of this.#lanes.values()) if (lanes.has(cursor)) return lanes;
    return undefined;
  }

  /** Others may wait at it: they begin again with another. */
  #forget(cursor: Cursor): void {
    this.#detach(cursor);
    const { topic, partition } = cursor.at;
    const anew = new BrokerUnable('read anew', `${topic}/${partition} is read anew`, 'It goes on by itself');
    for (const waiting of [...cursor.demands, ...cursor.waiters]) waiting.reject(anew);
  }

  #detach(cursor: Cursor): void {
    for (const lanes of this.#lanes.values()) lanes.remove(cursor);
  }

  #hasRoom(): boolean {
    let bytes = 0;
    for (const cursor of this.#cursors.all()) bytes += cursor.buffered;
    return bytes < limitsOf(this.#options).bufferedBytes;
  }
}

const isOutOfRange = (error: unknown): boolean =>
  error instanceof BrokerUnable && error.reason === 'OFFSET_OUT_OF_RANGE';

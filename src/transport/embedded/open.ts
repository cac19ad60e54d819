/** The embedded log: a durable transport in one SQLite file, for any number of connections, threads and processes. */
import { Bell } from '../../sqlite-bell.ts';
import { Tail } from '../../sqlite-tail.ts';
import type { Millis } from '../../stream/time.ts';
import {
  type Append,
  type Bounds,
  type CommittedOffset,
  type Offset,
  OffsetOutOfRange,
  type ReadRequest,
  type TopicDescription,
  type TopicOptions,
  type TopicPartition,
  type Transport,
} from '../port.ts';
import type { RecordBatch } from '../record.ts';
import { Batches } from './batches.ts';
import { LogDatabase } from './database.ts';
import { LogClosed } from './failures.ts';
import { Groups } from './groups.ts';
import { Retention } from './retention.ts';
import { Topics } from './topics.ts';

export interface EmbeddedLogOptions {
  /** A file, or ':memory:' for a log that ends with this connection. */
  readonly path: string;
  /** Time of an append, for retention by age. */
  readonly clock?: () => Millis;
  /** The longest that a waiting reader can oversleep where the file system does not report a change; 1 s. */
  readonly recheckMs?: Millis;
}

/** Opens a log and creates it where there is none. Throws as `openSqlite` does. */
export function openEmbeddedLog(options: EmbeddedLogOptions): Transport {
  return new EmbeddedLog(options);
}

class EmbeddedLog implements Transport {
  readonly #db: LogDatabase;
  readonly #topics: Topics;
  readonly #batches: Batches;
  readonly #groups: Groups;
  readonly #retention: Retention;
  readonly #tail: Tail<number>;
  readonly #clock: () => Millis;
  #closed = false;

  constructor({ path, clock = Date.now, recheckMs = 1_000 }: EmbeddedLogOptions) {
    this.#db = new LogDatabase(path);
    this.#topics = new Topics(this.#db);
    this.#batches = new Batches(this.#db);
    this.#groups = new Groups(this.#db, this.#topics);
    this.#retention = new Retention(this.#db);
    this.#tail = new Tail(this.#bell(), recheckMs, () => this.#db.changedElsewhere());
    this.#clock = clock;
  }

  async createTopic(topic: string, options: TopicOptions): Promise<void> {
    this.#topics.create(topic, options);
  }

  async topics(): Promise<readonly TopicDescription[]> {
    return this.#topics.list();
  }

  async deleteTopic(topic: string): Promise<boolean> {
    this.#refuseClosed();
    this.#topics.remove(topic);
    return true;
  }

  async partitions(topic: string): Promise<number> {
    return this.#idsOf(topic).length;
  }

  async bounds(at: TopicPartition): Promise<Bounds> {
    const id = this.#idOf(at);
    return this.#db.read(() => this.#batches.bounds(id));
  }

  async offsetAt(at: TopicPartition, time: Millis): Promise<Offset> {
    const id = this.#idOf(at);
    return this.#db.read(() => this.#batches.offsetAt(id, time));
  }

  async read(request: ReadRequest): Promise<readonly RecordBatch[]> {
    const id = this.#idOf(request);
    // One transaction: retention in another process must not move the front between the check and the read.
    return this.#db.read(() => {
      const bounds = this.#batches.bounds(id);
      const { from, to = bounds.end } = request;
      if (from < bounds.start || from > bounds.end) throw new OffsetOutOfRange(request, from, bounds);
      return from >= Math.min(to, bounds.end) ? [] : this.#batches.read(id, request, to);
    });
  }

  async append(appends: readonly Append[]): Promise<readonly Offset[]> {
    const entries = appends.map(({ topic, partition, batches }) => ({ id: this.#idOf({ topic, partition }), batches }));
    const at = this.#clock();
    const offsets = await this.#db.writeWithOthers(() =>
      entries.map(({ id, batches }) => this.#batches.append(id, batches, at)),
    );
    this.#tail.written(entries.map(({ id }) => id));
    return offsets;
  }

  async grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    this.#refuseClosed();
    const marks = past.map(at => ({ id: this.#idOf(at), offset: at.offset }));
    const isGrown = (): boolean =>
      this.#db.read(() => marks.some(({ id, offset }) => this.#batches.bounds(id).end > offset));
    await this.#tail.wait({ parts: new Set(marks.map(({ id }) => id)), isGrown }, signal);
  }

  async commit(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    await this.#groups.commit(group, offsets);
  }

  async committed(group: string): Promise<readonly CommittedOffset[]> {
    return this.#groups.committed(group);
  }

  async applyRetention(now: Millis): Promise<number> {
    return this.#retention.apply(now);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#db.close();
    this.#tail.close();
  }

  /** Nobody else can append to a log in memory, so it has no bell. */
  #bell(): Bell | undefined {
    if (this.#db.path === ':memory:') return undefined;
    try {
      return new Bell(this.#db.path);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #idsOf(topic: string): readonly number[] {
    this.#refuseClosed();
    return this.#topics.ids(topic);
  }

  #idOf(at: TopicPartition): number {
    this.#refuseClosed();
    return this.#topics.id(at);
  }

  #refuseClosed(): void {
    if (this.#closed) throw new LogClosed(this.#db.path);
  }
}

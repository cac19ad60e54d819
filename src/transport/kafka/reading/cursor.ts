/** One reader's place in a partition, with what has been fetched ahead of it. */
import type { Millis } from '../../../stream/time.ts';
import type { Offset, TopicPartition } from '../../port.ts';
import type { RecordBatch } from '../../record.ts';
import { FetchedBatches } from '../codec/decode.ts';
import type { FetchedPartition } from '../requests/fetch.ts';

/** How much a read may answer: at least one batch, then until a limit is reached. */
export interface ReadLimits {
  readonly to: Offset;
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** What the log has at the cursor. */
export type Found = 'more' | 'end';

/** A read that waits for what a request answers that is sent after it. */
export interface Demand {
  readonly since: number;
  tries: number;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: Error) => void;
}

/** Somebody who waits until there is something at the cursor. */
export interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Cursor {
  readonly at: TopicPartition;
  /** Identity of the topic that it reads. */
  topicId: string | undefined;
  /** The reads before this one have gone on: it is worth to fetch ahead. */
  following = false;
  usedAt: Millis;
  /** Where the next fetch begins. */
  position: Offset;
  /** End of the log, as far as it is known. */
  end: Offset = -1;
  /** Number of the request under way that answers at once; 0 without any. */
  prompt = 0;
  /** Whether a long poll is under way. */
  polled = false;
  readonly demands = new Set<Demand>();
  readonly waiters = new Set<Waiter>();
  #start: Offset;
  #batches: RecordBatch[] = [];
  #chunks: FetchedBatches[] = [];

  constructor(at: TopicPartition, from: Offset, now: Millis) {
    this.at = at;
    this.#start = from;
    this.position = from;
    this.usedAt = now;
  }

  /** Whether a read from there finds here what it wants, or where to go on. */
  covers(offset: Offset): boolean {
    return offset >= this.#start && offset <= this.position;
  }

  get isBehind(): boolean {
    return this.position < this.end;
  }

  /** Bytes fetched and not yet decoded. */
  get buffered(): number {
    let bytes = 0;
    for (const chunk of this.#chunks) bytes += chunk.left;
    return bytes;
  }

  /** What a request has answered that began at `from`; nothing, where another was quicker. */
  accept(from: Offset, { end, records, aborted }: FetchedPartition): void {
    if (end >= 0) this.end = end;
    if (from !== this.position || records.length === 0) return;
    const position = FetchedBatches.endOf(records, from);
    if (position === from) return;
    this.#chunks.push(new FetchedBatches(this.at, from, records, aborted));
    this.position = position;
  }

  /** Batches from there on. Nothing, where more has to be fetched; one without records where there is a hole. */
  take(from: Offset, limits: ReadLimits): RecordBatch[] {
    this.#drop(from);
    const taken: RecordBatch[] = [];
    let records = 0;
    let bytes = 0;
    let next = from;
    for (let n = 0; records < limits.maxRecords && bytes < limits.maxBytes; n++) {
      const batch = this.#batches[n] ?? this.#decode(n);
      if (batch === undefined) {
        if (this.position > next) taken.push(hole(this.position));
        break;
      }
      if (batch.firstOffset >= limits.to) {
        if (taken.length === 0) taken.push(hole(batch.firstOffset));
        break;
      }
      taken.push(batch);
      next = batch.firstOffset + batch.records;
      records += next - Math.max(from, batch.firstOffset);
      bytes += batch.bytes.length;
    }
    return taken;
  }

  /** What lies below is not asked for again. */
  #drop(from: Offset): void {
    this.#start = from;
    let old = 0;
    for (const { firstOffset, records } of this.#batches) {
      if (firstOffset + records > from) break;
      old++;
    }
    if (old > 0) this.#batches.splice(0, old);
  }

  #decode(n: number): RecordBatch | undefined {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const batches = chunk.decodeNext();
      if (batches === undefined) this.#chunks.shift();
      else this.#batches.push(...batches);
      if (this.#batches.length > n) return this.#batches[n];
    }
    return undefined;
  }
}

/** Nothing lies between what came before it and this offset. */
const hole = (offset: Offset): RecordBatch => ({ firstOffset: offset, records: 0, bytes: noRecords });

/** Version 1, from nobody (src/transport/record.ts). */
const noRecords = Buffer.concat([Buffer.from([1]), Buffer.alloc(21)]);

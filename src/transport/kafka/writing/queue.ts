/** What waits to be appended to one partition, in the order of the calls; one batch of Kafka of it is on its way at most. */
import { LogClosed } from '../errors.ts';
import type { Offset, TopicPartition } from '../../port.ts';
import type { SealedBatch } from '../../record.ts';
import { encodedBound } from '../codec/encode.ts';
import type { ProducerIdentity } from './identity.ts';

/** One entry of a call: resolved with its first offset when all its batches are there. */
class Entry {
  readonly resolve: (first: Offset) => void;
  readonly reject: (error: Error) => void;
  first: Offset | undefined;
  left: number;
  failed = false;

  constructor(batches: number, resolve: (first: Offset) => void, reject: (error: Error) => void) {
    this.left = batches;
    this.resolve = resolve;
    this.reject = reject;
  }
}

interface Unit {
  readonly batch: SealedBatch;
  readonly entry: Entry;
}

/** A batch of Kafka on its way. It is sent again as it is, so that the broker knows it if it has it. */
export interface Outgoing {
  readonly queue: PartitionQueue;
  readonly units: readonly Unit[];
  readonly records: number;
  bytes: Buffer;
  attempts: number;
  /** An answer was lost: the broker may have it. */
  uncertain: boolean;
}

export class PartitionQueue {
  readonly at: TopicPartition;
  outgoing: Outgoing | undefined;
  /** Whether the outgoing batch is with a broker, or waits to be tried again. */
  isBusy = false;
  /** Under which the broker numbers what we append here; undefined where that is to begin anew. */
  identity: ProducerIdentity | undefined;
  sequence = 0;
  #units: Unit[] = [];

  constructor(at: TopicPartition) {
    this.at = at;
  }

  get isWaiting(): boolean {
    return !this.isBusy && (this.outgoing !== undefined || this.#units.length > 0);
  }

  push(batches: readonly SealedBatch[]): Promise<Offset> {
    const { promise, resolve, reject } = Promise.withResolvers<Offset>();
    const entry = new Entry(batches.length, resolve, reject);
    for (const batch of batches) this.#units.push({ batch, entry });
    return promise;
  }

  /** The next batch: as much as has room in it, and at least one of ours. */
  next(maxBytes: number): Outgoing | undefined {
    if (this.outgoing !== undefined) return this.outgoing;
    let bytes = 0;
    let count = 0;
    let records = 0;
    for (const { batch } of this.#units) {
      bytes += encodedBound(batch);
      if (count > 0 && bytes > maxBytes) break;
      count++;
      records += batch.records;
    }
    if (count === 0) return undefined;
    const units = this.#units.splice(0, count);
    this.outgoing = { queue: this, units, records, bytes: Buffer.alloc(0), attempts: 0, uncertain: false };
    return this.outgoing;
  }

  /** The outgoing batch is there. */
  appended(firstOffset: Offset): void {
    const { outgoing } = this;
    if (outgoing === undefined) return;
    this.outgoing = undefined;
    this.isBusy = false;
    this.sequence = (this.sequence + outgoing.records) % 2 ** 31;
    let offset = firstOffset;
    for (const { batch, entry } of outgoing.units) {
      entry.first ??= offset;
      offset += batch.records;
      if (--entry.left === 0) entry.resolve(entry.first);
    }
  }

  /** The outgoing batch is given up, and with it the rest of the calls that it belongs to. */
  failed(error: Error): void {
    const { outgoing } = this;
    this.outgoing = undefined;
    this.isBusy = false;
    // What may or may not be there leaves the numbering open.
    if (outgoing?.uncertain === true) this.identity = undefined;
    for (const { entry } of outgoing?.units ?? this.#units) {
      entry.failed = true;
      entry.reject(error);
    }
    this.#units = this.#units.filter(({ entry }) => !entry.failed);
  }

  close(): void {
    for (const { entry } of [...(this.outgoing?.units ?? []), ...this.#units]) entry.reject(new LogClosed());
    this.outgoing = undefined;
    this.#units = [];
  }
}

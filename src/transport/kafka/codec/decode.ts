/**
 * Record batches of Kafka, version 2, to ours, byte for byte: no object is made of a record.
 *
 * Ours are contiguous in offsets and come from one writer, so one of Kafka's becomes several where it has holes (a
 * topic was compacted), where the writer changes, and after `maxBatchRecords`. Control records, and those of a
 * transaction that was given up, are no data.
 */
import type { Offset, TopicPartition } from '../../port.ts';
import { CorruptBatch, type RecordBatch } from '../../record.ts';
import { Unavailable } from '../../../errors.ts';
import type { Aborted } from '../requests/fetch.ts';
import { compressionBits, unpack } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { batchHeaderBytes } from './encode.ts';
import { RecordTranslator } from './translator.ts';

const transactional = 0x10;
const control = 0x20;
const logAppendTime = 0x08;
const two32 = 2 ** 32;

/** What a fetch has answered for a partition; batches are decoded one by one, when they are asked for. */
export class FetchedBatches {
  /** Everything below has been decoded or passed over. */
  next: Offset;
  readonly #at: TopicPartition;
  readonly #bytes: Buffer;
  readonly #aborted: Aborted[];
  readonly #abortedNow = new Set<number>();
  #position = 0;

  constructor(at: TopicPartition, from: Offset, bytes: Buffer, aborted: readonly Aborted[]) {
    this.#at = at;
    this.next = from;
    this.#bytes = bytes;
    this.#aborted = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Bytes that have not been decoded yet. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  /** Offset behind the last whole batch; what is cut off behind it is fetched again. */
  static endOf(bytes: Buffer, from: Offset): Offset {
    let end = from;
    for (let at = 0; at + batchHeaderBytes <= bytes.length; at = endOfBatch(bytes, at)) {
      if (endOfBatch(bytes, at) > bytes.length) break;
      end = Math.max(end, offsetAt(bytes, at) + bytes.readInt32BE(at + 23) + 1);
    }
    return end;
  }

  /** The records of the next batch of Kafka; undefined after the last. Empty where it has none for us. */
  decodeNext(): RecordBatch[] | undefined {
    const bytes = this.#bytes;
    const start = this.#position;
    if (start + batchHeaderBytes > bytes.length || endOfBatch(bytes, start) > bytes.length) {
      this.#position = bytes.length;
      return undefined;
    }
    const end = endOfBatch(bytes, start);
    this.#position = end;
    const base = offsetAt(bytes, start);
    this.#refuseForeign(start, end, base);
    const from = this.next;
    this.next = Math.max(from, base + bytes.readInt32BE(start + 23) + 1);
    if (!this.#isData(start)) return [];
    return this.#translate(start, end, base, from);
  }

  #refuseForeign(start: number, end: number, base: Offset): void {
    const bytes = this.#bytes;
    const magic = bytes[start + 16] ?? 0;
    if (magic !== 2)
      throw new CorruptBatch(
        `${this.#where(base)} has the message format ${magic}, which brokers older than 0.11 wrote`,
        'Copy the topic with a current producer, and read the copy',
      );
    if (bytes.readUInt32BE(start + 17) !== crc32c(bytes, start + 21, end))
      throw new Unavailable(`${this.#where(base)} fails its checksum`, 'It is read again; look at the broker’s disk');
  }

  /** Keeps account of transactions; answers whether the batch holds data that is committed. */
  #isData(start: number): boolean {
    const bytes = this.#bytes;
    const attributes = bytes.readInt16BE(start + 21);
    if ((attributes & (transactional | control)) === 0) return true;
    const producerId = bytes.readInt32BE(start + 43) * two32 + bytes.readUInt32BE(start + 47);
    for (let first = this.#aborted[0]; first !== undefined && first.firstOffset < this.next; first = this.#aborted[0]) {
      this.#abortedNow.add(first.producerId);
      this.#aborted.shift();
    }
    if ((attributes & control) === 0) return !this.#abortedNow.has(producerId);
    // The marker at the end of a transaction: what follows of the same producer is another one.
    this.#abortedNow.delete(producerId);
    return false;
  }

  #translate(start: number, end: number, base: Offset, from: Offset): RecordBatch[] {
    const bytes = this.#bytes;
    const attributes = bytes.readInt16BE(start + 21);
    const packed = bytes.subarray(start + batchHeaderBytes, end);
    const records = unpack(attributes & compressionBits, packed, this.#where(base));
    const times = start + ((attributes & logAppendTime) === 0 ? 27 : 35);
    const time = bytes.readInt32BE(times) * two32 + bytes.readUInt32BE(times + 4);
    const translator = new RecordTranslator(records, {
      base,
      from,
      count: bytes.readInt32BE(start + 57),
      time,
      sameTime: (attributes & logAppendTime) !== 0,
      where: this.#where(base),
    });
    return translator.translate();
  }

  #where(offset: Offset): string {
    return `The record batch of ${this.#at.topic}/${this.#at.partition} at offset ${offset}`;
  }
}

const offsetAt = (bytes: Buffer, at: number): Offset => bytes.readInt32BE(at) * two32 + bytes.readUInt32BE(at + 4);

/** Where the next batch begins, also where a length cannot be right: then that is behind the last byte. */
function endOfBatch(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 8);
  return length < batchHeaderBytes - 12 ? bytes.length + 1 : at + 12 + length;
}

/**
 * Record batches: the one shape in which records travel between transport and engine, decoded in place.
 * A batch comes from one producer; the offsets and the sequences in it are contiguous.
 *
 * Layout, little endian. Batch: u8 version, u8 producer length, u32 lineage, f64 epoch, f64 first sequence,
 * producer. Record: u8 kind, u8 trace length, u16 key length, u32 value length, f64 watermark, f64 origin,
 * key, trace, value.
 */
import { MillraceError } from '../errors.ts';
import type { Millis } from '../stream/time.ts';
import type { Offset } from './port.ts';

/**
 * A record carries a value or, as a marker, only the producer's watermark. One that was redacted had a value: it keeps
 * its place, and of a record from outside the event time, in the place of the watermark; see `redact.ts`.
 */
export const Kind = { value: 0, marker: 1, redacted: 2 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A batch is sealed before it exceeds either; a record that is larger alone is a batch of its own. The bytes fit into a request of every Kafka profile. */
export const maxBatchRecords = 500;
export const maxBatchBytes = 512 * 1024;
/** A value larger than this is refused, because no broker would take it. */
export const maxValueBytes = 900 * 1024;
/** A dead letter holds the largest value together with its key, its place and the reason. */
export const maxDeadLetterBytes = maxValueBytes + 64 * 1024;
/** Keys longer than this are refused. */
export const maxKeyBytes = 8 * 1024;
/** The trace's length is one byte. */
const maxTraceBytes = 255;

const version = 1;
const batchHeaderBytes = 22;
/** Where in a batch the sequence of its first record stands, as f64. */
export const firstSequenceAt = 14;
export const recordHeaderBytes = 24;

/** A batch that is ready to be appended; the log gives it its offsets. */
export interface SealedBatch {
  readonly records: number;
  readonly bytes: Buffer;
}

/** A batch as read: its first record has `firstOffset`. */
export interface RecordBatch extends SealedBatch {
  readonly firstOffset: Offset;
}

/** Who wrote a batch: a task (lineage, epoch and sequences count) or, with an empty name, somebody outside. */
export interface Producer {
  readonly name: string;
  readonly lineage: number;
  readonly epoch: number;
}

export const outside: Producer = { name: '', lineage: 0, epoch: 0 };

/** What a record carries beside its value. */
export interface Envelope {
  readonly kind: Kind;
  /** Event time below which its producer emits nothing more; -Infinity from outside. */
  readonly watermark: Millis;
  /** Wall-clock time at which the event behind it entered the log: for measuring freshness only. */
  readonly origin: Millis;
  readonly key: string;
  readonly trace: string;
}

/** Writes a value at `at` and answers its end, or minus the number of missing bytes, as avsc's `encode` does. */
export type WriteValue = (buffer: Buffer, at: number) => number;

export class RecordTooLarge extends MillraceError {
  readonly code = 'RECORD_TOO_LARGE';
}

export class CorruptBatch extends MillraceError {
  readonly code = 'CORRUPT_BATCH';
}

/** Builds the batches of one output partition, in order. */
export class BatchBuilder {
  readonly producer: Producer;
  /** Sequence that the next record gets. */
  sequence: number;
  records = 0;
  readonly #maxValueBytes: number;
  #sealed: SealedBatch[] = [];
  #buffer = Buffer.allocUnsafe(4096);
  /** Of the same bytes; see `BatchCursor`. */
  #view = viewOf(this.#buffer);
  #at = 0;
  #count = 0;

  constructor(producer: Producer, sequence: number, largestValue = maxValueBytes) {
    this.producer = producer;
    this.sequence = sequence;
    this.#maxValueBytes = largestValue;
  }

  /** Adds a record. A value, key or trace over its limit throws and leaves the builder as it was. */
  add(envelope: Envelope, write: WriteValue): void {
    const { key, trace } = envelope;
    // UTF-8 has at least a byte for each unit of UTF-16: this bounds what is reserved for a key.
    if (key.length > maxKeyBytes) throw tooLarge('key', Buffer.byteLength(key), maxKeyBytes);
    if (trace.length > maxTraceBytes) throw tooLarge('trace', Buffer.byteLength(trace), maxTraceBytes);
    if (this.#count === 0) this.#begin();
    const start = this.#at;
    this.#reserve(start, recordHeaderBytes + key.length * 3 + trace.length * 3);
    const keyAt = start + recordHeaderBytes;
    const keyBytes = this.#buffer.write(key, keyAt);
    if (keyBytes > maxKeyBytes) throw tooLarge('key', keyBytes, maxKeyBytes);
    const traceBytes = trace === '' ? 0 : this.#buffer.write(trace, keyAt + keyBytes);
    if (traceBytes > maxTraceBytes) throw tooLarge('trace', traceBytes, maxTraceBytes);
    const valueAt = keyAt + keyBytes + traceBytes;
    const end = this.#value(valueAt, write);
    const view = this.#view;
    view.setUint8(start, envelope.kind);
    view.setUint8(start + 1, traceBytes);
    view.setUint16(start + 2, keyBytes, true);
    view.setUint32(start + 4, end - valueAt, true);
    view.setFloat64(start + 8, envelope.watermark, true);
    view.setFloat64(start + 16, envelope.origin, true);
    this.#keep(start, end);
  }

  /** What has been added since the last call, as batches. */
  take(): SealedBatch[] {
    this.#seal();
    const sealed = this.#sealed;
    this.#sealed = [];
    return sealed;
  }

  #begin(): void {
    const { name, lineage, epoch } = this.producer;
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes > 255) throw tooLarge('producer name', nameBytes, 255);
    this.#reserve(0, batchHeaderBytes + nameBytes);
    const buffer = this.#buffer;
    buffer[0] = version;
    buffer[1] = nameBytes;
    buffer.writeUInt32LE(lineage, 2);
    buffer.writeDoubleLE(epoch, 6);
    buffer.writeDoubleLE(this.sequence, firstSequenceAt);
    buffer.write(name, batchHeaderBytes);
    this.#at = batchHeaderBytes + nameBytes;
  }

  /** The record that was written to [start, end) becomes the batch's last, or the first of another if it is full. */
  #keep(start: number, end: number): void {
    this.#at = end;
    if (end > maxBatchBytes && this.#count > 0) {
      this.#at = start;
      this.#seal();
      this.#begin();
      this.#buffer.copyWithin(this.#at, start, end);
      this.#at += end - start;
    }
    this.#count++;
    this.records++;
    this.sequence++;
    if (this.#count === maxBatchRecords || this.#at >= maxBatchBytes) this.#seal();
  }

  #value(at: number, write: WriteValue): number {
    let end = write(this.#buffer, at);
    while (end < 0) {
      const bytes = this.#buffer.length - at - end;
      if (bytes > this.#maxValueBytes) throw tooLarge('value', bytes, this.#maxValueBytes);
      this.#reserve(at, bytes);
      end = write(this.#buffer, at);
    }
    if (end - at > this.#maxValueBytes) throw tooLarge('value', end - at, this.#maxValueBytes);
    return end;
  }

  #seal(): void {
    if (this.#count === 0) return;
    // A copy: what the log keeps or sends must not change when the buffer is written again.
    this.#sealed.push({ records: this.#count, bytes: Buffer.from(this.#buffer.subarray(0, this.#at)) });
    this.#count = 0;
  }

  #reserve(used: number, bytes: number): void {
    if (used + bytes <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, used + bytes));
    this.#buffer.copy(bigger, 0, 0, used);
    this.#buffer = bigger;
    this.#view = viewOf(bigger);
  }
}

/** Walks a batch without allocating: after each `next()` that answers true the fields describe one record. */
export class BatchCursor {
  readonly bytes: Buffer;
  readonly producer: string;
  readonly lineage: number;
  readonly epoch: number;
  offset: Offset;
  sequence: number;
  kind = 0;
  watermark: Millis = -Infinity;
  origin: Millis = 0;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Reads numbers in one instruction each, where Buffer's methods copy them byte by byte. */
  readonly #view: DataView;
  #left: number;

  constructor(batch: RecordBatch) {
    const { bytes } = batch;
    if (bytes.length < batchHeaderBytes || bytes[0] !== version) throw corrupt(batch.firstOffset, 'unknown version');
    const end = batchHeaderBytes + bytes.readUInt8(1);
    if (end > bytes.length) throw corrupt(batch.firstOffset, 'cut short');
    this.bytes = bytes;
    this.producer = end === batchHeaderBytes ? '' : bytes.toString('utf8', batchHeaderBytes, end);
    this.lineage = bytes.readUInt32LE(2);
    this.epoch = bytes.readDoubleLE(6);
    this.offset = batch.firstOffset - 1;
    this.sequence = bytes.readDoubleLE(firstSequenceAt) - 1;
    this.valueEnd = end;
    this.#view = viewOf(bytes);
    this.#left = batch.records;
  }

  next(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    const { bytes } = this;
    const view = this.#view;
    const start = this.valueEnd;
    this.offset++;
    this.sequence++;
    if (start + recordHeaderBytes > bytes.length) throw corrupt(this.offset, 'cut short');
    this.kind = view.getUint8(start);
    if (this.kind > Kind.redacted) throw corrupt(this.offset, `kind ${this.kind} is unknown`);
    this.watermark = view.getFloat64(start + 8, true);
    this.origin = view.getFloat64(start + 16, true);
    this.keyStart = start + recordHeaderBytes;
    this.keyEnd = this.keyStart + view.getUint16(start + 2, true);
    this.valueStart = this.keyEnd + view.getUint8(start + 1);
    this.valueEnd = this.valueStart + view.getUint32(start + 4, true);
    if (this.valueEnd > bytes.length) throw corrupt(this.offset, 'cut short');
    if (this.#left === 0 && this.valueEnd < bytes.length) throw corrupt(this.offset, 'bytes after the last record');
    return true;
  }

  /** Bytes of the record's value, not copied. */
  value(): Buffer {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  key(): string {
    return this.bytes.toString('utf8', this.keyStart, this.keyEnd);
  }

  /** Key and value of the record, when the cursor has gone on; nothing is copied. */
  kept(): Pick<BatchCursor, 'key' | 'value'> {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = this;
    return {
      key: () => bytes.toString('utf8', keyStart, keyEnd),
      value: () => bytes.subarray(valueStart, valueEnd),
    };
  }

  trace(): string {
    return this.keyEnd === this.valueStart ? '' : this.bytes.toString('utf8', this.keyEnd, this.valueStart);
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const tooLarge = (what: string, bytes: number, limit: number): RecordTooLarge =>
  new RecordTooLarge(`The ${what} has ${bytes} bytes, ${limit} are allowed`, 'Send less in one record');

const corrupt = (offset: Offset, why: string): CorruptBatch =>
  new CorruptBatch(`The record batch at offset ${offset} cannot be read: ${why}`, 'Restore the log from a copy');

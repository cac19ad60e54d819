/** Our batches to one record batch of Kafka, version 2, byte for byte: no object is made of a record. */
import type { Millis } from '../../../stream/time.ts';
import { BatchCursor, Kind, type SealedBatch } from '../../record.ts';
import { azureFrameBytes } from '../../wire-frame.ts';
import { gzipCode, pack } from './compression.ts';
import * as contentType from './content-type.ts';
import { crc32c } from './crc32c.ts';
import * as header from './header.ts';

/** Bytes before the first record. */
export const batchHeaderBytes = 61;
/** Lengths, deltas and the headers' fixed parts take no more than this for each record, beside what ours takes. */
const maxOverhead = 48 + header.headerName.length + header.producerAt;

/** What numbers the batches of a partition, so that the broker drops one that comes twice. */
export interface Sequenced {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

export const unsequenced: Sequenced = { producerId: -1, producerEpoch: -1, firstSequence: -1 };

export interface Encoding {
  readonly sequenced: Sequenced;
  /** When the records enter the log: what retention and reading by time go by. */
  readonly now: Millis;
  readonly gzip: boolean;
}

/** No more bytes than these become of the batch. */
export function encodedBound({ records, bytes }: SealedBatch): number {
  const producerBytes = bytes[1] ?? 0;
  return bytes.length + records * (maxOverhead + producerBytes);
}

export function encodeBatch(batches: readonly SealedBatch[], { sequenced, now, gzip }: Encoding): Buffer {
  const bound = batches.reduce((sum, batch) => sum + encodedBound(batch), batchHeaderBytes);
  const writer = new RecordWriter(bound, now);
  for (const batch of batches) writer.addAll(batch);
  const records = writer.bytes.subarray(batchHeaderBytes, writer.end);
  const packed = gzip ? pack(records) : undefined;
  const bytes = packed === undefined ? writer.bytes.subarray(0, writer.end) : withRoomFor(packed);
  writeHeader(bytes, writer, sequenced, packed !== undefined);
  return bytes;
}

function withRoomFor(packed: Buffer): Buffer {
  const bytes = Buffer.allocUnsafeSlow(batchHeaderBytes + packed.length);
  packed.copy(bytes, batchHeaderBytes);
  return bytes;
}

function writeHeader(bytes: Buffer, writer: RecordWriter, sequenced: Sequenced, gzipped: boolean): void {
  bytes.writeBigInt64BE(0n, 0); // the broker sets the offset
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(-1, 12);
  bytes[16] = 2;
  bytes.writeInt16BE(gzipped ? gzipCode : 0, 21);
  bytes.writeInt32BE(writer.count - 1, 23);
  bytes.writeBigInt64BE(BigInt(writer.base), 27);
  bytes.writeBigInt64BE(BigInt(writer.newest), 35);
  bytes.writeBigInt64BE(BigInt(sequenced.producerId), 43);
  bytes.writeInt16BE(sequenced.producerEpoch, 51);
  bytes.writeInt32BE(sequenced.firstSequence, 53);
  bytes.writeInt32BE(writer.count, 57);
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
}

/** Writes records one behind the other, from where the batch's header ends. */
class RecordWriter {
  readonly bytes: Buffer;
  readonly #view: DataView;
  readonly #now: Millis;
  end = batchHeaderBytes;
  count = 0;
  /** Timestamp that the others are told from. */
  base: Millis = 0;
  newest: Millis = 0;

  constructor(bound: number, now: Millis) {
    this.bytes = Buffer.allocUnsafeSlow(bound);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, bound);
    this.#now = Math.max(0, Math.trunc(now));
  }

  addAll(batch: SealedBatch): void {
    const record = new BatchCursor({ ...batch, firstOffset: 0 });
    const producerBytes = record.bytes[1] ?? 0;
    while (record.next()) this.#add(record, producerBytes);
  }

  #add(record: BatchCursor, producerBytes: number): void {
    const { keyStart, keyEnd, valueStart, valueEnd } = record;
    // What comes from outside and carries nothing needs no header: its origin is the record's timestamp.
    const bare = isBare(record, producerBytes, this.#now);
    const time = bare ? record.origin : this.#now;
    if (this.count === 0) this.base = time;
    this.newest = Math.max(this.newest, time);
    const timeDelta = time - this.base;
    const keyBytes = keyEnd - keyStart;
    const frameBytes = contentType.frameBytesOf(record);
    const valueBytes = record.kind === Kind.marker ? -1 : valueEnd - valueStart - frameBytes;
    const headerBytes = bare ? 0 : header.producerAt + producerBytes + (valueStart - keyEnd);
    const ours = bare ? 0 : 1 + header.headerName.length + sizeOf(headerBytes) + headerBytes;
    const azures = contentType.encodedBytesOf(frameBytes);
    const length =
      1 +
      sizeOf(timeDelta) +
      sizeOf(this.count) +
      sizeOf(keyBytes) +
      keyBytes +
      sizeOf(valueBytes) +
      Math.max(0, valueBytes) +
      1 +
      ours +
      azures;
    this.#varint(length);
    this.bytes[this.end++] = 0;
    this.#varint(timeDelta);
    this.#varint(this.count++);
    this.#varint(keyBytes);
    this.#copy(record.bytes, keyStart, keyEnd);
    this.#varint(valueBytes);
    if (valueBytes > 0) this.#copy(record.bytes, valueStart + frameBytes, valueEnd);
    this.#varint((bare ? 0 : 1) + (frameBytes === 0 ? 0 : 1));
    if (!bare) this.#header(record, producerBytes, headerBytes);
    if (frameBytes > 0) this.#contentType(record);
  }

  #header(record: BatchCursor, producerBytes: number, headerBytes: number): void {
    this.#varint(header.headerName.length);
    this.#copy(header.headerName, 0, header.headerName.length);
    this.#varint(headerBytes);
    const { bytes, end: at } = this;
    const view = this.#view;
    bytes[at] = header.headerVersion;
    bytes[at + header.kindAt] = record.kind;
    bytes[at + header.traceBytesAt] = record.valueStart - record.keyEnd;
    view.setFloat64(at + header.watermarkAt, record.watermark, true);
    view.setFloat64(at + header.originAt, record.origin, true);
    view.setFloat64(at + header.sequenceAt, record.sequence, true);
    bytes[at + header.writerAt] = producerBytes;
    view.setUint32(at + header.lineageAt, record.lineage, true);
    view.setFloat64(at + header.epochAt, record.epoch, true);
    this.end = at + header.producerAt;
    this.#copy(record.bytes, recordBatchHeaderBytes, recordBatchHeaderBytes + producerBytes);
    this.#copy(record.bytes, record.keyEnd, record.valueStart);
  }

  #contentType({ bytes, valueStart }: BatchCursor): void {
    const { name, prefix, valueBytes } = contentType;
    this.#varint(name.length);
    this.#copy(name, 0, name.length);
    this.#varint(valueBytes);
    this.#copy(prefix, 0, prefix.length);
    this.end += this.bytes.write(bytes.toString('hex', valueStart + 2, valueStart + azureFrameBytes), this.end);
  }

  #copy(from: Buffer, start: number, end: number): void {
    const { bytes } = this;
    let at = this.end;
    this.end += end - start;
    if (end - start > 40) from.copy(bytes, at, start, end);
    else for (let n = start; n < end; n++) bytes[at++] = from[n] ?? 0;
  }

  /** Signed, zigzag: small numbers take a byte. */
  #varint(value: number): void {
    const { bytes } = this;
    if (value >= -64 && value < 64) {
      bytes[this.end++] = (value << 1) ^ (value >> 31);
      return;
    }
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[this.end++] = (rest % 128) + 128;
    bytes[this.end++] = rest;
  }
}

/** Our batches have the producer's name here (src/transport/record.ts). */
const recordBatchHeaderBytes = 22;

/** Retention and reading by time go by when a record entered the log, so a timestamp may not say much else. */
const timeTolerance: Millis = 60_000;

function isBare(record: BatchCursor, producerBytes: number, now: Millis): boolean {
  return (
    producerBytes === 0 &&
    record.kind === Kind.value &&
    record.keyEnd === record.valueStart &&
    record.watermark === -Infinity &&
    Number.isInteger(record.origin) &&
    record.origin >= 0 &&
    Math.abs(now - record.origin) <= timeTolerance
  );
}

function sizeOf(value: number): number {
  if (value >= -64 && value < 64) return 1;
  let size = 1;
  for (let rest = value < 0 ? -2 * value - 1 : 2 * value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** The records of one batch of Kafka, written anew as batches of ours. */
import type { Millis } from '../../../stream/time.ts';
import type { Offset } from '../../port.ts';
import { CorruptBatch, Kind, maxBatchRecords, maxKeyBytes, type RecordBatch } from '../../record.ts';
import { azureFrameBytes, azureIdBytes, azureMarker } from '../../wire-frame.ts';
import * as contentType from './content-type.ts';
import * as header from './header.ts';

/** Our layout (src/transport/record.ts). */
const ourVersion = 1;
const ourBatchHeader = 22;
const ourRecordHeader = 24;

export interface KafkaBatch {
  readonly base: Offset;
  /** Records below are not wanted. */
  readonly from: Offset;
  readonly count: number;
  /** What the records' times are told from. */
  readonly time: Millis;
  /** Whether all have that time: the broker has stamped them. */
  readonly sameTime: boolean;
  readonly where: string;
}

export class RecordTranslator {
  readonly #in: Buffer;
  readonly #inView: DataView;
  readonly #out: Buffer;
  readonly #outView: DataView;
  readonly #batch: KafkaBatch;
  readonly #done: RecordBatch[] = [];
  #at = 0;
  #end = 0;
  // The batch of ours that is being written.
  #start = 0;
  #records = 0;
  #first: Offset = 0;
  #sequence = 0;
  /** Where the writer of its first record is described in the input; -1 for somebody outside. */
  #writer = -1;
  #writerBytes = 0;
  // The record that has just been read.
  #header = -1;
  /** Where the id of its schema stands in a header of Azure's; -1 without one. */
  #schemaId = -1;
  /** Bytes before the value that carry it. */
  #frameBytes = 0;
  #value = 0;
  #valueBytes = 0;

  constructor(records: Buffer, batch: KafkaBatch) {
    this.#in = records;
    this.#inView = new DataView(records.buffer, records.byteOffset, records.length);
    this.#batch = batch;
    // A new batch of ours takes its producer's name from a record of its own, which has it, too.
    const count = Math.min(batch.count, records.length);
    this.#out = Buffer.allocUnsafeSlow(records.length + count * (ourBatchHeader + ourRecordHeader));
    this.#outView = new DataView(this.#out.buffer, this.#out.byteOffset, this.#out.length);
  }

  translate(): RecordBatch[] {
    if (this.#batch.count < 0 || this.#batch.count > this.#in.length) throw this.#corrupt();
    for (let n = 0; n < this.#batch.count; n++) this.#record();
    this.#seal();
    return this.#done;
  }

  #record(): void {
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#in.length) throw this.#corrupt();
    this.#at++; // attributes: none are defined
    const delta = this.#varint();
    const offset = this.#batch.base + this.#varint();
    if (offset >= this.#batch.from) this.#take(offset, this.#batch.sameTime ? 0 : delta, end);
    this.#at = end;
  }

  #take(offset: Offset, delta: Millis, end: number): void {
    const keyBytes = this.#varint();
    const key = this.#at;
    this.#at += Math.max(0, keyBytes);
    this.#valueBytes = this.#varint();
    this.#value = this.#at;
    this.#at += Math.max(0, this.#valueBytes);
    this.#findHeader();
    this.#frameBytes = this.#schemaId >= 0 && this.#valueBytes >= 0 ? azureFrameBytes : 0;
    if (this.#at > end) throw this.#corrupt();
    this.#join(offset);
    this.#write(key, keptOf(this.#in, key, Math.max(0, keyBytes)), this.#batch.time + delta);
  }

  /** Only ours and Azure's are of interest; whoever writes two of them means the last. */
  #findHeader(): void {
    this.#header = -1;
    this.#schemaId = -1;
    for (let left = this.#varint(); left > 0; left--) {
      const nameBytes = this.#varint();
      const name = this.#at;
      this.#at += Math.max(0, nameBytes);
      const bytes = this.#varint();
      if (this.#isOurs(name, nameBytes, bytes)) this.#header = this.#at;
      else if (nameBytes === contentType.name.length)
        this.#schemaId = contentType.idAt(this.#in, name, this.#at, bytes);
      this.#at += Math.max(0, bytes);
    }
  }

  #isOurs(name: number, nameBytes: number, bytes: number): boolean {
    if (nameBytes !== header.headerName.length || bytes < header.producerAt) return false;
    for (let n = 0; n < nameBytes; n++) if (this.#in[name + n] !== header.headerName[n]) return false;
    const at = this.#at;
    if (at + bytes > this.#in.length) throw this.#corrupt();
    const written =
      header.producerAt + (this.#in[at + header.writerAt] ?? 0) + (this.#in[at + header.traceBytesAt] ?? 0);
    return this.#in[at] === header.headerVersion && written === bytes;
  }

  /** Goes on with the batch of ours if the record continues it, else begins another. */
  #join(offset: Offset): void {
    const at = this.#header;
    const sequence = at < 0 ? 0 : this.#inView.getFloat64(at + header.sequenceAt, true);
    const continues =
      this.#records > 0 &&
      this.#records < maxBatchRecords &&
      offset === this.#first + this.#records &&
      this.#isSameWriter(at) &&
      (at < 0 || sequence === this.#sequence + this.#records);
    if (continues) return;
    this.#seal();
    this.#begin(offset, sequence);
  }

  #isSameWriter(at: number): boolean {
    if (at < 0 || this.#writer < 0) return at < 0 && this.#writer < 0;
    const other = at + header.writerAt;
    for (let n = 0; n < this.#writerBytes; n++) if (this.#in[other + n] !== this.#in[this.#writer + n]) return false;
    return true;
  }

  #begin(offset: Offset, sequence: number): void {
    const at = this.#header;
    this.#start = this.#end;
    this.#first = offset;
    this.#sequence = sequence;
    this.#writer = at < 0 ? -1 : at + header.writerAt;
    const nameBytes = at < 0 ? 0 : (this.#in[this.#writer] ?? 0);
    this.#writerBytes = header.producerAt - header.writerAt + nameBytes;
    const out = this.#out;
    const view = this.#outView;
    out[this.#end] = ourVersion;
    out[this.#end + 1] = nameBytes;
    view.setUint32(this.#end + 2, at < 0 ? 0 : this.#inView.getUint32(at + header.lineageAt, true), true);
    view.setFloat64(this.#end + 6, at < 0 ? 0 : this.#inView.getFloat64(at + header.epochAt, true), true);
    view.setFloat64(this.#end + 14, sequence, true);
    this.#end += ourBatchHeader;
    this.#copy(at + header.producerAt, nameBytes);
  }

  #write(key: number, keyBytes: number, time: Millis): void {
    const at = this.#header;
    const start = this.#end;
    const view = this.#outView;
    const traceBytes = at < 0 ? 0 : (this.#in[at + header.traceBytesAt] ?? 0);
    const kind = this.#valueBytes < 0 ? Kind.marker : Kind.value;
    this.#out[start] = at < 0 ? kind : (this.#in[at + header.kindAt] ?? kind);
    this.#out[start + 1] = traceBytes;
    view.setUint16(start + 2, keyBytes, true);
    view.setUint32(start + 4, Math.max(0, this.#valueBytes) + this.#frameBytes, true);
    view.setFloat64(start + 8, at < 0 ? -Infinity : this.#inView.getFloat64(at + header.watermarkAt, true), true);
    view.setFloat64(start + 16, at < 0 ? time : this.#inView.getFloat64(at + header.originAt, true), true);
    this.#end += ourRecordHeader;
    this.#copy(key, keyBytes);
    if (traceBytes > 0) this.#copy(at + header.producerAt + (this.#in[at + header.writerAt] ?? 0), traceBytes);
    if (this.#frameBytes > 0) this.#frame();
    this.#copy(this.#value, Math.max(0, this.#valueBytes));
    this.#records++;
  }

  /** The header it comes from is longer, so there is room for it. */
  #frame(): void {
    const id = Buffer.from(this.#in.toString('latin1', this.#schemaId, this.#schemaId + 2 * azureIdBytes), 'hex');
    this.#end += Buffer.from(azureMarker).copy(this.#out, this.#end);
    this.#end += id.copy(this.#out, this.#end);
  }

  #seal(): void {
    if (this.#records === 0) return;
    const bytes = this.#out.subarray(this.#start, this.#end);
    this.#done.push({ firstOffset: this.#first, records: this.#records, bytes });
    this.#records = 0;
  }

  #copy(from: number, length: number): void {
    const out = this.#out;
    const input = this.#in;
    let at = this.#end;
    this.#end += length;
    if (length > 40) input.copy(out, at, from, from + length);
    else for (let n = from; n < from + length; n++) out[at++] = input[n] ?? 0;
  }

  /** Signed, zigzag; up to the 2^53 that times need. */
  #varint(): number {
    const first = this.#in[this.#at++] ?? 0;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let factor = 128; ; factor *= 128) {
      const byte = this.#in[this.#at++];
      if (byte === undefined || factor > Number.MAX_SAFE_INTEGER) throw this.#corrupt();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #corrupt(): CorruptBatch {
    return new CorruptBatch(`${this.#batch.where} cannot be read`, 'Restore the log from a copy, or write it anew');
  }
}

/** Keys from outside may be longer than ours; nothing but error messages shows them, so they are cut between letters. */
function keptOf(bytes: Buffer, start: number, length: number): number {
  if (length <= maxKeyBytes) return length;
  let kept = maxKeyBytes;
  while (kept > 0 && ((bytes[start + kept] ?? 0) & 0xc0) === 0x80) kept--;
  return kept;
}

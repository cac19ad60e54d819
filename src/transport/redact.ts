/**
 * Takes what records say away and leaves them where they are: each keeps its offset, its sequence, the producer's
 * watermark and when it entered the log, and loses key, trace and value. So every cut, span and checkpoint still holds,
 * and whoever reads it passes over it.
 */
import type { Millis } from '../stream/time.ts';
import type { Offset } from './port.ts';
import { BatchCursor, Kind, type RecordBatch, recordHeaderBytes, type SealedBatch } from './record.ts';

/** Records to be redacted, and of each the event time that it keeps if it came from outside; -Infinity for none. */
export type Redactions = ReadonlyMap<Offset, Millis>;

/** The batch without them; the same one where it has none, or where all of them were redacted before. */
export function redactedBatch(batch: RecordBatch, redactions: Redactions): SealedBatch {
  const record = new BatchCursor(batch);
  const parts: Buffer[] = [];
  let [from, isChanged] = [0, false];
  while (record.next()) {
    const time = redactions.get(record.offset);
    if (time === undefined || record.kind !== Kind.value) continue;
    isChanged = true;
    const start = record.keyStart - recordHeaderBytes;
    parts.push(batch.bytes.subarray(from, start), headerOf(record, time));
    from = record.valueEnd;
  }
  if (!isChanged) return batch;
  return { records: batch.records, bytes: Buffer.concat([...parts, batch.bytes.subarray(from)]) };
}

function headerOf({ producer, watermark, origin }: BatchCursor, time: Millis): Buffer {
  const header = Buffer.alloc(recordHeaderBytes);
  header.writeUInt8(Kind.redacted, 0);
  header.writeDoubleLE(producer === '' ? time : watermark, 8);
  header.writeDoubleLE(origin, 16);
  return header;
}

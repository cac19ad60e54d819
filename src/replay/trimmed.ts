import type { Offset } from '../transport/port.ts';
import { BatchCursor, firstSequenceAt, type RecordBatch } from '../transport/record.ts';

/** The batches without what lies at `to` or behind it: a reader that was promised an end must not see past it. */
export function trimmed(batches: readonly RecordBatch[], to: Offset): readonly RecordBatch[] {
  const last = batches.at(-1);
  if (last === undefined || last.firstOffset + last.records <= to) return batches;
  const before = batches.filter(({ firstOffset }) => firstOffset < to).map(batch => cutAt(batch, to));
  const end = before.at(-1);
  if (end !== undefined && end.firstOffset + end.records === to) return before;
  // The offsets before it are a hole: a batch without records says that reading goes on behind them.
  return [...before, { firstOffset: to, records: 0, bytes: last.bytes.subarray(0, new BatchCursor(last).valueEnd) }];
}

/** The batches without what lies before `from`, which the first of them may hold. */
export function startingAt(batches: readonly RecordBatch[], from: Offset): readonly RecordBatch[] {
  return batches.map(batch => (batch.firstOffset < from && batch.records > 0 ? cutBefore(batch, from) : batch));
}

function cutBefore(batch: RecordBatch, from: Offset): RecordBatch {
  const cursor = new BatchCursor(batch);
  const header = Buffer.from(batch.bytes.subarray(0, cursor.valueEnd));
  const left = Math.min(batch.records, from - batch.firstOffset);
  for (let n = 0; n < left; n++) cursor.next();
  header.writeDoubleLE(cursor.sequence + 1, firstSequenceAt);
  const bytes = Buffer.concat([header, batch.bytes.subarray(cursor.valueEnd)]);
  return { firstOffset: batch.firstOffset + left, records: batch.records - left, bytes };
}

function cutAt(batch: RecordBatch, to: Offset): RecordBatch {
  const records = Math.min(batch.records, to - batch.firstOffset);
  if (records === batch.records) return batch;
  const cursor = new BatchCursor(batch);
  for (let n = 0; n < records; n++) cursor.next();
  return { ...batch, records, bytes: batch.bytes.subarray(0, cursor.valueEnd) };
}

import type { Offset } from '../transport/port.ts';
import { BatchCursor, type RecordBatch } from '../transport/record.ts';

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

function cutAt(batch: RecordBatch, to: Offset): RecordBatch {
  const records = Math.min(batch.records, to - batch.firstOffset);
  if (records === batch.records) return batch;
  const cursor = new BatchCursor(batch);
  for (let n = 0; n < records; n++) cursor.next();
  return { ...batch, records, bytes: batch.bytes.subarray(0, cursor.valueEnd) };
}

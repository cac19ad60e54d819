/** Batches for the tests of transports, and records read back from them. */
import type { Offset, TopicPartition, Transport } from '../../src/transport/port.ts';
import {
  BatchBuilder,
  BatchCursor,
  type Envelope,
  Kind,
  outside,
  type RecordBatch,
  type SealedBatch,
} from '../../src/transport/record.ts';

export interface ReadRecord {
  readonly offset: Offset;
  readonly key: string;
  readonly value: string;
}

export const envelopeOf = (key: string): Envelope => ({
  kind: Kind.value,
  watermark: -Infinity,
  origin: 0,
  key,
  trace: '',
});

/** Writes a text as a value, and answers minus the number of missing bytes where it does not fit. */
export const writing = (value: string) => (buffer: Buffer, at: number) => {
  const end = at + Buffer.byteLength(value);
  if (end > buffer.length) return buffer.length - end;
  return at + buffer.write(value, at);
};

/** Values as batches of somebody outside; the key is the value's first letter. */
export function batchesOf(...values: readonly string[]): SealedBatch[] {
  const builder = new BatchBuilder(outside, 0);
  for (const value of values) builder.add(envelopeOf(value.slice(0, 1)), writing(value));
  return builder.take();
}

/** `count` values: prefix and number. */
export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** The records of batches, in order, of [from, to) only. */
export function recordsOf(batches: readonly RecordBatch[], from: Offset = 0, to: Offset = Infinity): ReadRecord[] {
  const records: ReadRecord[] = [];
  for (const batch of batches) {
    const cursor = new BatchCursor(batch);
    while (cursor.next())
      if (cursor.offset >= from && cursor.offset < to)
        records.push({ offset: cursor.offset, key: cursor.key(), value: cursor.value().toString() });
  }
  return records;
}

export const valuesOf = (batches: readonly RecordBatch[], from?: Offset, to?: Offset): string[] =>
  recordsOf(batches, from, to).map(record => record.value);

/** Everything in a partition, read in small steps from its start to the end that it had. */
export async function readAll(transport: Transport, at: TopicPartition): Promise<ReadRecord[]> {
  const { start, end } = await transport.bounds(at);
  const records: ReadRecord[] = [];
  let from = start;
  while (from < end) {
    const batches = await transport.read({ ...at, from, to: end, maxRecords: 100, maxBytes: 100_000 });
    records.push(...recordsOf(batches, from, end));
    from = nextOffset(batches, end);
  }
  return records;
}

/** Where to read on after these batches; `end` where there were none. */
export function nextOffset(batches: readonly RecordBatch[], end: Offset): Offset {
  const last = batches.at(-1);
  return last === undefined ? end : last.firstOffset + last.records;
}

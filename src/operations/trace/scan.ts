/** The newest records of topics, one by one. */
import type { Offset, TopicPartition, Transport } from '../../transport/port.ts';
import { OffsetOutOfRange } from '../../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../../transport/record.ts';
import { placeOf } from '../log-look.ts';

export interface Scanned {
  readonly at: TopicPartition;
  /** Good until the next one is asked for. */
  readonly record: BatchCursor;
  /** Whether its producer has written the same sequence before. */
  readonly repeated: boolean;
}

const page = { maxRecords: 10_000, maxBytes: 4 << 20 };

export interface ScanOptions {
  readonly transport: Pick<Transport, 'topics' | 'bounds' | 'read'>;
  /** Records of each partition, the newest. */
  readonly within: number;
  /** Told of each partition that has more. */
  readonly cut: (place: string) => void;
}

/** Values alone: markers say nothing of any record. A topic that is not there holds none. */
export async function* scan(topic: string, options: ScanOptions): AsyncGenerator<Scanned> {
  const { transport, within, cut } = options;
  const found = (await transport.topics()).find(description => description.topic === topic);
  for (let partition = 0; partition < (found?.partitions ?? 0); partition++) {
    const at = { topic, partition };
    const { start, end } = await transport.bounds(at);
    const from = Math.max(start, end - within);
    if (from > start) cut(placeOf(at));
    try {
      yield* records(transport, at, { from, to: end });
    } catch (error) {
      if (!(error instanceof OffsetOutOfRange)) throw error;
      cut(placeOf(at)); // retention took its beginning meanwhile
    }
  }
}

async function* records(
  transport: ScanOptions['transport'],
  at: TopicPartition,
  { from, to }: { readonly from: Offset; readonly to: Offset },
): AsyncGenerator<Scanned> {
  const newest = new Map<string, number>();
  for (let next = from; next < to;) {
    const batches = await transport.read({ ...at, ...page, from: next, to });
    const last = batches.at(-1);
    if (last === undefined) return;
    for (const { record, repeated } of eachOf(batches, newest))
      if (record.kind === Kind.value && record.offset >= next && record.offset < to) yield { at, record, repeated };
    next = last.firstOffset + last.records;
  }
}

/** `newest` holds the greatest sequence of each producer so far. */
function* eachOf(batches: readonly RecordBatch[], newest: Map<string, number>): Generator<Omit<Scanned, 'at'>> {
  for (const batch of batches) {
    const record = new BatchCursor(batch);
    const writer = `${record.producer} ${record.lineage}`;
    while (record.next()) {
      const repeated = record.producer !== '' && record.sequence <= (newest.get(writer) ?? -1);
      if (!repeated) newest.set(writer, record.sequence);
      yield { record, repeated };
    }
  }
}

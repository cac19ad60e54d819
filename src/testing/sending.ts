/** Appends records as somebody would who is no task. */
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import { partitionOf } from '../transport/partitioner.ts';
import type { Transport } from '../transport/port.ts';
import { BatchBuilder, Kind, outside, type WriteValue } from '../transport/record.ts';

export interface SentRecord {
  readonly key: string;
  readonly write: WriteValue;
}

/** In one request, each record in the partition of its key. */
export async function appendFromOutside(
  transport: Transport,
  topic: string,
  records: readonly SentRecord[],
  origin: Millis,
): Promise<void> {
  const count = await transport.partitions(topic);
  const builders = Array.from({ length: count }, () => new BatchBuilder(outside, 0));
  for (const { key, write } of records) {
    const envelope = { kind: Kind.value, watermark: -Infinity, origin, key, trace: '' };
    builders[partitionOf(key, count)]?.add(envelope, write);
  }
  const appends = builders.map((builder, partition) => ({ topic, partition, batches: builder.take() }));
  await transport.append(appends.filter(({ batches }) => batches.length > 0));
}

/** A record of the stream's own key and schema. */
export const recordOf = <T>(stream: Stream<T>, value: T): SentRecord => ({
  key: stream.key(value),
  write: (buffer, at) => stream.schema.encode(value, buffer, at),
});

/** A record of bytes that need not be a value. */
export const recordOfBytes = (key: string, bytes: Uint8Array): SentRecord => ({
  key,
  write: (buffer, at) => {
    const end = at + bytes.length;
    if (end > buffer.length) return buffer.length - end;
    buffer.set(bytes, at);
    return end;
  },
});

/** Records as somebody appends them who is no task: no sequence, no watermark, each in the partition of its key. */
import { partitionOf } from '../transport/partitioner.ts';
import { type Append, type CommittedOffset, type Transport, UnknownPartition } from '../transport/port.ts';
import { BatchBuilder, Kind, outside, type WriteValue } from '../transport/record.ts';
import type { Stream } from './stream.ts';
import type { Millis } from './time.ts';

export interface OutsideRecord {
  readonly key: string;
  readonly write: WriteValue;
  /** Where it goes, whatever its key. */
  readonly partition?: number;
  /** W3C trace context that it was sent in. */
  readonly trace?: string;
}

/** A record of the stream's own key and schema. */
export const recordOf = <T>(stream: Stream<T>, value: T): OutsideRecord => ({
  key: stream.key(value),
  write: (buffer, at) => stream.schema.encode(value, buffer, at),
});

/** A record of bytes that need not be a value. */
export const recordOfBytes = (key: string, bytes: Uint8Array): OutsideRecord => ({
  key,
  write: (buffer, at) => {
    const end = at + bytes.length;
    if (end > buffer.length) return buffer.length - end;
    buffer.set(bytes, at);
    return end;
  },
});

/** Batches of a topic in the making, one or more for each partition. */
export class OutsideBatches {
  readonly #topic: string;
  readonly #builders: readonly BatchBuilder[];

  constructor(topic: string, partitions: number) {
    this.#topic = topic;
    this.#builders = Array.from({ length: partitions }, () => new BatchBuilder(outside, 0));
  }

  /**
   * Adds a record that entered the log at `origin`; answers the bytes of its value.
   * @throws {RecordTooLarge} {UnknownPartition} and then holds what it held
   */
  add(record: OutsideRecord, origin: Millis): number {
    const { key, write, trace = '' } = record;
    const partition = record.partition ?? partitionOf(key, this.#builders.length);
    const builder = this.#builders[partition];
    if (builder === undefined) throw new UnknownPartition({ topic: this.#topic, partition }, this.#builders.length);
    let bytes = 0;
    builder.add({ kind: Kind.value, watermark: -Infinity, origin, key, trace }, (buffer, at) => {
      const end = write(buffer, at);
      bytes = end - at;
      return end;
    });
    return bytes;
  }

  /** Everything that was added, for one request. */
  take(): Append[] {
    const topic = this.#topic;
    return this.#builders
      .map((builder, partition) => ({ topic, partition, batches: builder.take() }))
      .filter(({ batches }) => batches.length > 0);
  }
}

/** Appends records in one request; answers for each partition that got any where its first one stands. */
export async function appendFromOutside(
  log: Pick<Transport, 'partitions' | 'append'>,
  topic: string,
  records: Iterable<OutsideRecord>,
  origin: Millis,
): Promise<CommittedOffset[]> {
  const batches = new OutsideBatches(topic, await log.partitions(topic));
  for (const record of records) batches.add(record, origin);
  const appends = batches.take();
  const offsets = await log.append(appends);
  return offsets.map((offset, at) => ({ topic, partition: appends[at]?.partition ?? 0, offset }));
}

/** A consumer that shares nothing with the engine but the record format: it judges what the engine wrote. */
import type { Stream } from '../../src/stream/stream.ts';
import type { Transport } from '../../src/transport/port.ts';
import { BatchCursor, Kind } from '../../src/transport/record.ts';

export interface ConsumedRecord<T> {
  readonly partition: number;
  readonly producer: string;
  readonly sequence: number;
  readonly watermark: number;
  readonly value: T | undefined;
}

/** Records of a stream, first of each sequence only, markers included. A hole in a sequence throws. */
export async function records<T>(transport: Transport, stream: Stream<T>): Promise<ConsumedRecord<T>[]> {
  const found: ConsumedRecord<T>[] = [];
  const partitions = await transport.partitions(stream.name);
  for (let partition = 0; partition < partitions; partition++) {
    const last = new Map<string, number>();
    const at = { topic: stream.name, partition };
    const { start, end } = await transport.bounds(at);
    for (let from = start; from < end;) {
      for (const batch of await transport.read({ ...at, from, maxRecords: 10_000, maxBytes: 1 << 24 })) {
        const cursor = new BatchCursor(batch);
        while (cursor.next()) {
          if (cursor.offset < from) continue;
          const producer = `${cursor.producer}@${cursor.lineage}`;
          const before = last.get(producer) ?? -1;
          if (cursor.producer !== '' && cursor.sequence <= before) continue;
          if (cursor.producer !== '' && cursor.sequence !== before + 1) {
            throw new Error(
              `${stream.name}/${partition}@${cursor.offset}: ${producer} goes from ${before} to ${cursor.sequence}`,
            );
          }
          last.set(producer, cursor.sequence);
          const marker = cursor.kind === Kind.marker;
          const value = marker
            ? undefined
            : stream.schema.codec.type.decode(cursor.bytes, cursor.valueStart + 10).value;
          found.push({ partition, producer, sequence: cursor.sequence, watermark: cursor.watermark, value });
        }
        from = batch.firstOffset + batch.records;
      }
    }
  }
  return found;
}

export async function consumed<T>(transport: Transport, stream: Stream<T>): Promise<T[]> {
  return (await records(transport, stream)).flatMap(({ value }) => (value === undefined ? [] : [value]));
}

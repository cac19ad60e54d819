/** A consumer that shares nothing with the engine but the record format: it judges what the engine wrote. */
import type { Stream } from '../../src/stream/stream.ts';
import type { TopicPartition, Transport } from '../../src/transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../../src/transport/record.ts';

/** Bytes of a record before its key, see `record.ts`. */
const recordHeaderBytes = 24;

export interface ConsumedRecord<T> {
  readonly partition: number;
  readonly producer: string;
  readonly sequence: number;
  readonly watermark: number;
  readonly value: T | undefined;
}

/** Records of a stream, first of each sequence only, markers included. A hole in a sequence throws. */
export async function records<T>(transport: Transport, stream: Stream<T>): Promise<ConsumedRecord<T>[]> {
  const partitions = await transport.partitions(stream.name);
  const found: ConsumedRecord<T>[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const last = new Map<string, number>();
    const at = { topic: stream.name, partition };
    for await (const cursor of everything(transport, at)) {
      if (isFirst(cursor, last, at)) found.push(consumedRecord(stream, partition, cursor));
    }
  }
  return found;
}

export async function consumed<T>(transport: Transport, stream: Stream<T>): Promise<T[]> {
  return (await records(transport, stream)).flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** How many records of tasks are there more than once. Throws if two with one sequence are not the same bytes. */
export async function repeats(transport: Transport, topic: string): Promise<number> {
  let count = 0;
  const partitions = await transport.partitions(topic);
  for (let partition = 0; partition < partitions; partition++) {
    const first = new Map<string, Buffer>();
    for await (const cursor of everything(transport, { topic, partition })) {
      if (cursor.producer === '') continue;
      const id = `${producerOf(cursor)}#${cursor.sequence}`;
      const before = first.get(id);
      const bytes = cursor.bytes.subarray(cursor.keyStart - recordHeaderBytes, cursor.valueEnd);
      if (before === undefined) first.set(id, bytes);
      else if (before.equals(bytes)) count++;
      else throw new Error(`${topic}/${partition}@${cursor.offset}: ${id} was written with other bytes before`);
    }
  }
  return count;
}

/** Every record of a partition as the log holds it, repeated ones and markers too. */
async function* everything(transport: Transport, at: TopicPartition): AsyncGenerator<BatchCursor> {
  const { start, end } = await transport.bounds(at);
  for (let from = start; from < end;) {
    const batches = await transport.read({ ...at, from, maxRecords: 10_000, maxBytes: 1 << 24 });
    for (const batch of batches) {
      yield* cursorsFrom(batch, from);
      from = batch.firstOffset + batch.records;
    }
  }
}

function* cursorsFrom(batch: RecordBatch, from: number): Generator<BatchCursor> {
  const cursor = new BatchCursor(batch);
  while (cursor.next()) if (cursor.offset >= from) yield cursor;
}

function isFirst(cursor: BatchCursor, last: Map<string, number>, at: TopicPartition): boolean {
  if (cursor.producer === '') return true;
  const producer = producerOf(cursor);
  const before = last.get(producer) ?? -1;
  if (cursor.sequence <= before) return false;
  if (cursor.sequence !== before + 1) {
    const where = `${at.topic}/${at.partition}@${cursor.offset}`;
    throw new Error(`${where}: ${producer} goes from ${before} to ${cursor.sequence}`);
  }
  last.set(producer, cursor.sequence);
  return true;
}

function consumedRecord<T>(stream: Stream<T>, partition: number, cursor: BatchCursor): ConsumedRecord<T> {
  const { type } = stream.schema.codec;
  // A plain object: avsc gives each record a class of its own, which would be no part of a comparison.
  const value =
    cursor.kind === Kind.marker ? undefined : { ...type.decode(cursor.bytes, cursor.valueStart + 10).value };
  return { partition, producer: producerOf(cursor), sequence: cursor.sequence, watermark: cursor.watermark, value };
}

const producerOf = (cursor: BatchCursor): string => `${cursor.producer}@${cursor.lineage}`;

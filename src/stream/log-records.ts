/** Reads what stands in the log from its beginning, for whoever looks at it and is no task. */
import { MillraceError } from '../errors.ts';
import { Decoder } from './decoder.ts';
import type { SchemaRegistry } from './registry.ts';
import type { Stream } from './stream.ts';
import type { Offset, TopicPartition, Transport } from '../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../transport/record.ts';

/** What reading needs. */
export interface LogPorts {
  readonly transport: Transport;
  readonly registry: SchemaRegistry;
}

const page = { maxRecords: 10_000, maxBytes: 4 << 20 };

/** A record of the log cannot be read with today's schema. */
export class UnreadableRecord extends MillraceError {
  readonly code = 'UNREADABLE_RECORD';
}

/** Each value of a topic once: markers, and what a task wrote again after a crash, are passed over. None without topic. */
export async function* recordsOf(
  transport: Transport,
  topic: string,
): AsyncGenerator<{ readonly at: TopicPartition; readonly record: BatchCursor }> {
  const found = (await transport.topics()).find(description => description.topic === topic);
  for (let partition = 0; partition < (found?.partitions ?? 0); partition++) {
    const at = { topic, partition };
    const newest = new Map<string, number>();
    for await (const record of everything(transport, at)) {
      if (isFirst(record, newest) && record.kind === Kind.value) yield { at, record };
    }
  }
}

/** The values of a stream, each once. @throws {UnreadableRecord} */
export async function* valuesOf<T>({ transport, registry }: LogPorts, stream: Stream<T>): AsyncGenerator<T> {
  for await (const { value } of recordsWithValues({ transport, registry }, stream)) yield value;
}

/** The same with the records they stand in, which are good until the next one is asked for. @throws {UnreadableRecord} */
export async function* recordsWithValues<T>(
  { transport, registry }: LogPorts,
  stream: Stream<T>,
): AsyncGenerator<{ readonly at: TopicPartition; readonly record: BatchCursor; readonly value: T }> {
  const decoder = new Decoder(stream.schema);
  for await (const { at, record } of recordsOf(transport, stream.name)) {
    yield { at, record, value: await decoded(decoder, record, at, registry) };
  }
}

async function* everything(transport: Transport, at: TopicPartition): AsyncGenerator<BatchCursor> {
  const { start, end } = await transport.bounds(at);
  for (let from = start; from < end;) {
    for (const batch of await transport.read({ ...at, from, to: end, ...page })) {
      yield* within(batch, from, end);
      from = batch.firstOffset + batch.records;
    }
  }
}

function* within(batch: RecordBatch, from: Offset, end: Offset): Generator<BatchCursor> {
  const record = new BatchCursor(batch);
  while (record.next()) if (record.offset >= from && record.offset < end) yield record;
}

/** Sequences of a task only grow within a partition; those from outside count for nothing. */
function isFirst({ producer, lineage, sequence }: BatchCursor, newest: Map<string, number>): boolean {
  if (producer === '') return true;
  const name = `${producer}@${lineage}`;
  if (sequence <= (newest.get(name) ?? -1)) return false;
  newest.set(name, sequence);
  return true;
}

async function decoded<T>(
  decoder: Decoder<T>,
  { bytes, valueStart, valueEnd, offset }: BatchCursor,
  { topic, partition }: TopicPartition,
  registry: SchemaRegistry,
): Promise<T> {
  const value = decoder.decode(bytes, valueStart, valueEnd);
  if (value !== undefined) return value;
  const { problem } = decoder;
  if (problem?.kind === 'unknown-schema' && (await decoder.learn(problem.fingerprint, registry))) {
    const again = decoder.decode(bytes, valueStart, valueEnd);
    if (again !== undefined) return again;
  }
  const why = decoder.problem?.kind === 'broken' ? decoder.problem.reason : 'its schema is unknown';
  throw new UnreadableRecord(`${topic}/${partition}@${offset}: ${why}`, 'Put its schema back into the registry');
}

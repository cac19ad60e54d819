/** Reads the values that stand in the log, outside of the engine: for commands and pages that look at it. */
import { MillraceError } from '../errors.ts';
import type { Offset, TopicPartition, Transport } from '../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../transport/record.ts';
import { Decoder } from './decoder.ts';
import type { SchemaRegistry } from './registry.ts';
import type { Stream } from './stream.ts';

const page = { maxRecords: 10_000, maxBytes: 4 << 20 };

/** What reading values needs; reading bytes needs no registry. */
export interface LogPorts {
  readonly transport: Pick<Transport, 'topics' | 'bounds' | 'read'>;
  readonly registry: Pick<SchemaRegistry, 'find'>;
}

/** A record of the log cannot be read with today's schema. */
export class UnreadableRecord extends MillraceError {
  readonly code = 'UNREADABLE_RECORD';
}

/** How many the topic has; none where there is no such topic. */
export const partitionsIn = async (transport: Pick<Transport, 'topics'>, topic: string): Promise<number> =>
  (await transport.topics()).find(description => description.topic === topic)?.partitions ?? 0;

/** Each value of a topic once: markers, and what a task wrote again after a crash, are passed over. None without topic. */
export async function* recordsOf(
  transport: LogPorts['transport'],
  topic: string,
): AsyncGenerator<{ readonly at: TopicPartition; readonly record: BatchCursor }> {
  const partitions = await partitionsIn(transport, topic);
  for (let partition = 0; partition < partitions; partition++) {
    const at = { topic, partition };
    const { start, end } = await transport.bounds(at);
    for await (const record of firsts(transport, at, { from: start, to: end }, new Map())) yield { at, record };
  }
}

/** The values of a stream, each once. @throws {UnreadableRecord} */
export async function* valuesOf<T>(ports: LogPorts, stream: Stream<T>): AsyncGenerator<T> {
  for await (const { value } of recordsWithValues(ports, stream)) yield value;
}

/** The same with the records they stand in, which are good until the next one is asked for. @throws {UnreadableRecord} */
export async function* recordsWithValues<T>(
  { transport, registry }: LogPorts,
  stream: Stream<T>,
): AsyncGenerator<{ readonly at: TopicPartition; readonly record: BatchCursor; readonly value: T }> {
  const decoder = new Decoder(stream.schema);
  for await (const { at, record } of recordsOf(transport, stream.name))
    yield { at, record, value: await decoded(decoder, record, at, registry) };
}

/** The same, but bytes that nobody can read have no value in place of an error: for who counts them. */
export async function* readableValuesOf<T>(
  { transport, registry }: LogPorts,
  stream: Stream<T>,
): AsyncGenerator<{ readonly record: BatchCursor; readonly value: T | undefined }> {
  const decoder = new Decoder(stream.schema);
  for await (const { at, record } of recordsOf(transport, stream.name))
    yield { record, value: await decoded(decoder, record, at, registry).catch(undefinedIfUnreadable) };
}

function undefinedIfUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableRecord)) throw error;
}

/** Reads a partition piece by piece, each value once over all of them. */
export class PartitionValues<T> {
  readonly #ports: LogPorts;
  readonly #at: TopicPartition;
  readonly #decoder: Decoder<T>;
  readonly #newest = new Map<string, number>();

  constructor(ports: LogPorts, stream: Stream<T>, partition: number) {
    this.#ports = ports;
    this.#at = { topic: stream.name, partition };
    this.#decoder = new Decoder(stream.schema);
  }

  /** The values of [from, to). @throws {UnreadableRecord} */
  async *read(from: Offset, to: Offset): AsyncGenerator<T> {
    for await (const { value } of this.placed(from, to)) yield value;
  }

  /** The same with where they stand. @throws {UnreadableRecord} */
  async *placed(from: Offset, to: Offset): AsyncGenerator<{ readonly offset: Offset; readonly value: T }> {
    const { transport, registry } = this.#ports;
    for await (const record of firsts(transport, this.#at, { from, to }, this.#newest)) {
      const { offset } = record;
      yield { offset, value: await decoded(this.#decoder, record, this.#at, registry) };
    }
  }
}

interface Stretch {
  readonly from: Offset;
  readonly to: Offset;
}

async function* firsts(
  transport: LogPorts['transport'],
  at: TopicPartition,
  { from, to }: Stretch,
  newest: Map<string, number>,
): AsyncGenerator<BatchCursor> {
  const isValue = (record: BatchCursor): boolean => isFirst(record, newest) && record.kind === Kind.value;
  for await (const { next, batch } of batchesOf(transport, at, { from, to }))
    yield* within(batch, { from: next, to }, isValue);
}

/** Page by page up to `to`, each batch with the offset from which it counts. */
export async function* batchesOf(
  transport: Pick<Transport, 'read'>,
  at: TopicPartition,
  { from, to }: Stretch,
): AsyncGenerator<{ readonly next: Offset; readonly batch: RecordBatch }> {
  for (let next = from; next < to;) {
    for (const batch of await transport.read({ ...at, from: next, to, ...page })) {
      yield { next, batch };
      next = batch.firstOffset + batch.records;
    }
  }
}

function* within(batch: RecordBatch, { from, to }: Stretch, isWanted: (record: BatchCursor) => boolean) {
  const record = new BatchCursor(batch);
  while (record.next()) if (record.offset >= from && record.offset < to && isWanted(record)) yield record;
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
  registry: LogPorts['registry'],
): Promise<T> {
  const value = await decoder.decodeLearning(bytes, valueStart, valueEnd, registry);
  if (value !== undefined) return value;
  const why = decoder.problem?.kind === 'broken' ? decoder.problem.reason : 'its schema is unknown';
  throw new UnreadableRecord(`${topic}/${partition}@${offset}: ${why}`, 'Put its schema back into the registry');
}

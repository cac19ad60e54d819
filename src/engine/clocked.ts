/** Inputs that are clocked by another stream: the cut in its next record decides what is applied, not the timing. */
import type { Cut } from '../stream/cut.ts';
import type { Offset, TopicPartition, Transport } from '../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../transport/record.ts';
import { BuildError, LogChanged } from './errors.ts';
import { type Input, isRepeated, UnknownSchema } from './input.ts';
import type { Span } from './plan.ts';
import type { Position } from './position.ts';
import type { TaskRuntime } from './runtime.ts';

/** The input that is the clock of others; undefined where nothing is clocked. Refuses two clocks, and one that is not read. */
export function clockOf(task: TaskRuntime): Input<unknown> | undefined {
  const names = new Set([...task.inputs.values()].flatMap(({ options }) => options.upTo?.name ?? []));
  const [name] = names;
  if (name === undefined) return undefined;
  const clock = task.inputs.get(name);
  if (names.size > 1 || clock?.stream.cut === undefined) {
    throw new BuildError(
      `Topology '${task.topology}' is clocked by ${[...names].join(' and ')}`,
      'Read one stream that has a `cut` in the same topology, and clock everything by it',
    );
  }
  if (clock.options.maxSkew === undefined) return clock;
  throw new BuildError(
    `Topology '${task.topology}' reads '${clock.stream.name}' with \`maxSkew\`, and by it as a clock`,
    'A clock is read record by record, whatever others do: leave `maxSkew` off',
  );
}

/** What the next record of the clock lets through, and then that record: nothing else, at most one in an epoch. */
export async function clockedSpans(task: TaskRuntime, clock: Input<unknown>, transport: Transport): Promise<Span[]> {
  for (const position of clock.positions) {
    const next = await nextOf(clock, position, transport);
    if (next === undefined) continue;
    const at = { stream: clock.stream.name, partition: position.partition };
    const own: Span = { ...at, from: position.offset, to: next.end };
    return next.cut === undefined ? [own] : [...(await spansOf(task, next.cut, transport)), own];
  }
  return [];
}

/** The next record with a cut; without one, how far there is nothing but markers, repetitions and broken bytes. */
async function nextOf(
  clock: Input<unknown>,
  position: Position,
  transport: Transport,
): Promise<{ readonly end: Offset; readonly cut: Cut | undefined } | undefined> {
  const { partition, offset: from } = position;
  const request = { topic: clock.stream.name, partition, from, maxRecords: 100, maxBytes: 1 << 20 };
  let end = from;
  for (const batch of await transport.read(request)) {
    const record = new BatchCursor(batch);
    while (record.next()) {
      if (record.offset < from) continue;
      end = record.offset + 1;
      const cut = cutIn(clock, position, record);
      if (cut !== undefined) return { end, cut };
    }
    // Behind a batch without records there may be a hole.
    end = Math.max(end, batch.firstOffset + batch.records);
  }
  return end > from ? { end, cut: undefined } : undefined;
}

function cutIn(clock: Input<unknown>, position: Position, record: BatchCursor): Cut | undefined {
  const last = position.producers.get(record.producer);
  if (record.kind !== Kind.value || (last !== undefined && isRepeated(last, record))) return undefined;
  const value = clock.decoder.decode(record.bytes, record.valueStart, record.valueEnd);
  if (value !== undefined) return clock.stream.cut?.(value);
  const { problem } = clock.decoder;
  if (problem?.kind !== 'unknown-schema') return undefined; // it will be a dead letter when it is pushed
  const at = { stream: clock.stream.name, partition: position.partition, offset: record.offset };
  throw new UnknownSchema(clock, problem.reference, at);
}

/** In the order in which the topology reads its inputs: items before users. */
async function spansOf(task: TaskRuntime, cut: Cut, transport: Transport): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { stream, options, positions } of task.inputs.values()) {
    if (options.upTo === undefined) continue;
    for (const position of positions) {
      const span = await spanOf(cut, stream.name, position, transport);
      if (span !== undefined) spans.push(span);
    }
  }
  return spans;
}

async function spanOf(cut: Cut, stream: string, position: Position, transport: Transport): Promise<Span | undefined> {
  const { partition, offset } = position;
  const here = (at: { stream: string; partition: number }): boolean =>
    at.stream === stream && at.partition === partition;
  const read = cut.read.find(here);
  if (read !== undefined) return read.end > offset ? { stream, partition, from: offset, to: read.end } : undefined;
  const wrote = cut.wrote.find(here);
  if (wrote === undefined) return undefined;
  const { producer, lineage } = cut;
  const { first, next } = wrote;
  const from = Math.max(offset, wrote.notBefore);
  const to = await offsetAfter(transport, { topic: stream, partition }, from, {
    producer,
    lineage,
    sequence: next - 1,
  });
  return { stream, partition, from, to, only: { producer, lineage, first, next } };
}

interface Wanted {
  readonly producer: string;
  readonly lineage: number;
  readonly sequence: number;
}

/** The offset after the first record with that sequence: re-execution moves offsets, so they are looked up. */
async function offsetAfter(transport: Transport, at: TopicPartition, from: Offset, wanted: Wanted): Promise<Offset> {
  for (let next = from; ;) {
    const batches = await transport.read({ ...at, from: next, maxRecords: 10_000, maxBytes: 1 << 22 });
    if (batches.length === 0) throw missing(at, from, wanted);
    for (const batch of batches) {
      next = batch.firstOffset + batch.records;
      const found = offsetIn(batch, wanted);
      if (found !== undefined && found >= from) return found + 1;
    }
  }
}

function offsetIn(batch: RecordBatch, wanted: Wanted): Offset | undefined {
  const record = new BatchCursor(batch);
  if (record.producer !== wanted.producer || record.lineage !== wanted.lineage) return undefined;
  while (record.next()) if (record.sequence === wanted.sequence) return record.offset;
  return undefined;
}

const missing = (
  at: TopicPartition,
  from: Offset,
  { producer, sequence }: { producer: string; sequence: number },
): LogChanged =>
  new LogChanged(
    `${at.topic}/${at.partition} has no sequence ${sequence} of ${producer} from offset ${from} on, but a cut names it`,
    'The topic was truncated or made anew: backfill into a fresh namespace with `millrace replay --into`',
  );

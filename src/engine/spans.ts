import type { Millis } from '../stream/time.ts';
import type { Offset, Transport } from '../transport/port.ts';
import type { RecordBatch } from '../transport/record.ts';
import { clockedSpans, clockOf } from './clocked.ts';
import { LogChanged } from './errors.ts';
import type { Input } from './input.ts';
import type { Span } from './plan.ts';
import type { Position } from './position.ts';
import { align, bounded } from './skew.ts';
import type { TaskRuntime } from './runtime.ts';

/** How much one epoch may read. */
export interface Limits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** A span and the batches that hold its records. */
export interface Pulled {
  readonly span: Span;
  readonly batches: readonly RecordBatch[];
  /** Neither limit was reached: there was no more. */
  readonly toEnd: boolean;
}

/** What there is to read after the positions of the task, within the limits, each partition its share. */
export async function pullNext(
  task: TaskRuntime,
  transport: Transport,
  limits: Limits,
  now: Millis,
): Promise<Pulled[]> {
  if (task.isFull) {
    task.heldUntil = Infinity; // whoever waits for others waits for the step first
    return [];
  }
  const clock = clockOf(task);
  const places = placesOf(task).filter(({ input }) => input.options.upTo === undefined && input !== clock);
  const share = Math.max(1, places.length);
  const maxBytes = Math.max(1, Math.floor(limits.maxBytes / share));
  const maxRecords = Math.max(1, Math.floor(limits.maxRecords / share));
  // Side by side: a broker answers many partitions in one request. The order of the plan is that of the places.
  const read = await Promise.all(places.map(place => pullPlace(place, transport, { maxRecords, maxBytes })));
  const pulled = together(task, places, read, now);
  if (clock === undefined) return pulled;
  for (const span of await clockedSpans(task, clock, transport)) pulled.push(await pullSpan(transport, span));
  return pulled;
}

/** All of it, or what of it keeps the partitions near to each other in event time. */
function together(
  task: TaskRuntime,
  places: readonly Place[],
  read: readonly (Pulled | undefined)[],
  now: Millis,
): Pulled[] {
  if (!bounded(places)) return read.filter(each => each !== undefined);
  const reads = places.map((place, n) => ({ place, pulled: read[n] }));
  const { pulled, held, until } = align(task, reads, now);
  task.held = held;
  task.heldUntil = until;
  return [...pulled];
}

/** What one partition has within the limits; undefined where that is nothing. */
async function pullPlace(
  { input, position }: Place,
  transport: Transport,
  { maxRecords, maxBytes }: Limits,
): Promise<Pulled | undefined> {
  const topic = input.stream.name;
  const { partition, offset: from } = position;
  const batches = await transport.read({ topic, partition, from, maxRecords, maxBytes });
  const end = endOf(batches);
  if (end <= from) return undefined;
  const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
  return {
    span: { stream: topic, partition, from, to: Math.min(end, from + maxRecords) },
    batches,
    toEnd: end - from < maxRecords && bytes < maxBytes,
  };
}

/** Exactly what a plan names; a log that no longer holds it throws. */
export async function pullSpan(transport: Transport, span: Span): Promise<Pulled> {
  const { stream: topic, partition, to } = span;
  const batches: RecordBatch[] = [];
  for (let from = span.from; from < to; from = endOf(batches)) {
    const more = await transport.read({ topic, partition, from, to, maxRecords: to - from, maxBytes: maxReadBytes });
    if (more.length === 0) throw ended(span, from);
    batches.push(...more);
  }
  return { span, batches, toEnd: false };
}

/** Bytes asked for at once when a plan is executed again. */
const maxReadBytes = 16 * 1024 * 1024;

/** A partition that a task reads. */
export interface Place {
  readonly input: Input<unknown>;
  readonly position: Position;
}

export const placesOf = (task: TaskRuntime): Place[] =>
  [...task.inputs.values()].flatMap(input => input.positions.map(position => ({ input, position })));

/** How far reading has come: a last batch without records says that nothing lies before it. */
function endOf(batches: readonly RecordBatch[]): Offset {
  const last = batches.at(-1);
  return last === undefined ? -1 : last.firstOffset + last.records;
}

const ended = (span: Span, at: Offset): LogChanged =>
  new LogChanged(
    `${span.stream}/${span.partition} ends at offset ${at}, but a journalled plan has read up to ${span.to}`,
    'The topic was truncated or made anew: backfill into a fresh namespace with `millrace replay --into`',
  );

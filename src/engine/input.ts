import { crc32 } from 'node:zlib';
import type { Subscriber } from 'rxjs';
import { Decoder } from '../stream/decoder.ts';
import type { Stream } from '../stream/stream.ts';
import type { SchemaReference } from '../stream/framing.ts';
import type { Millis } from '../stream/time.ts';
import { BatchCursor, Kind, type RecordBatch } from '../transport/record.ts';
import type { Cursor } from './cursor.ts';
import { noTime } from './event-time.ts';
import { SequenceGap, TaskStopped } from './errors.ts';
import type { Skip, Span } from './plan.ts';
import type { Position, ProducerPosition } from './position.ts';
import { reasonOf } from './record-failed.ts';
import type { TaskRuntime } from './runtime.ts';
import { boundedLateness, type Watermark } from './watermarks.ts';

/** How a topology reads a stream. */
export interface ReadOptions<T = unknown> {
  /** Every task reads all partitions; the other inputs decide how many tasks there are. */
  readonly all?: boolean;
  /** What is applied is decided by the cuts in the records of this stream. */
  readonly upTo?: Stream<never>;
  /** Whether records that cannot be decoded or are not valid become dead letters here. One reader reports them. */
  readonly invalid?: 'report' | 'ignore';
  /** How event time is told from the values; by the stream's `lateness` where absent. Values of tasks bring their own. */
  readonly watermark?: Watermark<T>;
  /** How long a quiet partition, at the end of its log, holds event time back; the stream's where absent, Infinity for ever. */
  readonly idleAfter?: Millis;
  /**
   * How far event time of a partition may be ahead of the least of the task before it waits for the others. It bounds what
   * windows and joins keep while logs of different lengths are caught up with; each record is then decoded twice.
   */
  readonly maxSkew?: Millis;
}

/** The record's schema is not known yet: the registry has to be asked. */
export class UnknownSchema extends Error {
  readonly input: Input<unknown>;
  readonly reference: SchemaReference;
  readonly at: Omit<Skip, 'reason'>;
  constructor(input: Input<unknown>, reference: SchemaReference, at: Omit<Skip, 'reason'>) {
    super(`unknown schema ${reference}`);
    this.input = input;
    this.reference = reference;
    this.at = at;
  }
}

/** A stream that a task reads: pushes records into the pipe, one by one. */
export class Input<T> {
  readonly stream: Stream<T>;
  readonly options: ReadOptions<T>;
  readonly decoder: Decoder<T>;
  /** Tasks that write the stream: event time waits for each of them. */
  readonly producers: readonly string[];
  /** Tasks that have written it and write it no more: what is there is taken, and nothing waits for them. */
  readonly former: readonly string[];
  /** Whether it takes part in the task's event time: what another stream clocks does not, nor what is read without. */
  readonly timed: boolean;
  /** How far behind the newest event time from outside its partitions are. */
  readonly lateness: Millis;
  readonly idleAfter: Millis;
  readonly #watermark: Watermark<T>;
  /** Up to when the value that is pushed says that event time has come. */
  #told: Millis | undefined;
  subscribers: Subscriber<T>[] = [];
  positions: Position[] = [];

  constructor(
    stream: Stream<T>,
    options: ReadOptions<T>,
    producers: readonly string[],
    former: readonly string[] = [],
  ) {
    this.former = former;
    this.stream = stream;
    this.options = options;
    this.producers = producers;
    this.#watermark = options.watermark ?? boundedLateness(stream.lateness);
    this.timed = options.upTo === undefined && this.#watermark.kind !== 'untimed';
    this.lateness = this.#watermark.lateness;
    this.idleAfter = options.idleAfter ?? (this.#watermark.kind === 'punctuated' ? Infinity : stream.idleAfter);
    this.decoder = new Decoder(stream.schema);
  }

  /** Whether somebody who is not a task writes the stream too, as far as is known. */
  get outside(): boolean {
    return this.timed && (this.producers.length === 0 || this.positions.some(at => at.newest > -Infinity));
  }

  position(partition: number): Position {
    const position = this.positions.find(candidate => candidate.partition === partition);
    if (position !== undefined) return position;
    throw new TaskStopped(
      `${this.stream.name}/${partition} is not this task's`,
      'Backfill after a change of partitions',
    );
  }

  /** Applies the records of a batch that lie in the span. */
  push(task: TaskRuntime, position: Position, span: Span, batch: RecordBatch, skips: readonly Skip[]): void {
    const record = new BatchCursor(batch);
    const { cursor } = task;
    cursor.stream = span.stream;
    cursor.partition = span.partition;
    cursor.record = record;
    cursor.isApart = false;
    const outside = record.producer === '';
    this.#told = undefined;
    const last = Math.min(span.to, batch.firstOffset + batch.records) - 1;
    while (record.next()) {
      if (record.offset < span.from) continue;
      if (record.offset >= span.to) break;
      position.offset = record.offset + 1;
      if (record.offset === last) this.#applied(position, record);
      if (!outside && !this.#fresh(position, span, record)) continue;
      if (outside && span.only !== undefined) continue;
      if (record.kind === Kind.value) this.#value(task, position, record, skips);
      if (outside) this.#passed(task, position, record);
      else this.#mark(task, position, record);
    }
  }

  /** Of the last record of a batch: more of them would cost a checksum each. */
  #applied(position: Position, record: BatchCursor): void {
    position.applied = record.offset;
    position.fingerprint = crc32(record.value());
  }

  /** Whether the record is new: a producer repeats what it may have written before a crash, and leaves nothing out. */
  #fresh(position: Position, span: Span, record: BatchCursor): boolean {
    const { producer, lineage, sequence } = record;
    if (span.only !== undefined && !isNamed(span.only, record)) return false;
    if (span.only === undefined && !this.#isDeclared(producer)) throw this.#undeclared(span, record);
    const last = position.producers.get(producer);
    if (last !== undefined && isRepeated(last, record)) return false;
    if (span.only === undefined) this.#refuseGap(position, span, record, last);
    if (last?.lineage === lineage) last.sequence = sequence;
    else position.producers.set(producer, { lineage, sequence, mark: last?.mark ?? -Infinity });
    return true;
  }

  #isDeclared(producer: string): boolean {
    return this.producers.includes(producer) || this.former.includes(producer);
  }

  /** The sequence goes on by one; it begins at 0, unless retention has removed the beginning of the log. */
  #refuseGap(position: Position, span: Span, record: BatchCursor, last: ProducerPosition | undefined): void {
    if (last === undefined && position.from > 0) return;
    const before = last === undefined || record.lineage > last.lineage ? -1 : last.sequence;
    if (record.sequence !== before + 1) throw this.#gap(span, record, before);
  }

  #value(task: TaskRuntime, position: Position, record: BatchCursor, skips: readonly Skip[]): void {
    const { cursor } = task;
    cursor.offset = record.offset;
    cursor.origin = record.origin;
    cursor.trace = record.trace();
    cursor.time = NaN;
    task.counts.records++;
    if (record.origin < task.counts.leastOrigin) task.counts.leastOrigin = record.origin;
    const skip = skips.length === 0 ? undefined : skips.find(at => this.#is(at, position, record));
    if (skip !== undefined) return task.deadLetter(skip.reason);
    const value = this.decoder.decode(record.bytes, record.valueStart, record.valueEnd);
    if (value === undefined) return this.#undecodable(task, position, record);
    const outside = record.producer === '';
    const problem = this.#problem(cursor, value, outside);
    if (problem !== undefined) return this.#invalid(task, problem);
    if (outside && this.#watermark.kind === 'bounded') task.eventTime.observe(this, position, cursor.time);
    cursor.value = value;
    const { subscribers } = this;
    for (let i = 0; i < subscribers.length; i++) {
      subscribers[i]?.next(value);
      // At once: an operator that subscribes again after each failure would never come to an end.
      if (task.failure !== undefined) throw task.failureAt(cursor, task.failure.error);
    }
  }

  /**
   * Behind a record from outside: what it tells of event time. Whoever was erased still moved it, where that was by being
   * there: windows of others close as they did.
   */
  #passed(task: TaskRuntime, position: Position, { kind, watermark: time }: BatchCursor): void {
    if (this.#told !== undefined) {
      task.eventTime.observe(this, position, this.#told);
      this.#told = undefined;
    }
    if (kind !== Kind.redacted || this.#watermark.kind !== 'bounded' || !this.timed) return;
    if (Number.isFinite(time)) task.eventTime.observe(this, position, time);
  }

  /**
   * Up to when a record from outside will tell that event time has come; undefined where it tells nothing, 'unreadable'
   * where its schema has to be asked for first.
   */
  toldBy(record: BatchCursor): Millis | 'unreadable' | undefined {
    const isBounded = this.#watermark.kind === 'bounded';
    if (record.kind === Kind.redacted && isBounded && Number.isFinite(record.watermark)) return record.watermark;
    if (record.kind !== Kind.value) return undefined;
    const value = this.decoder.decode(record.bytes, record.valueStart, record.valueEnd);
    if (value === undefined) return this.decoder.problem?.kind === 'unknown-schema' ? 'unreadable' : undefined;
    const place = { time: NaN, origin: record.origin };
    this.#told = undefined;
    if (this.#problem(place, value, true) !== undefined) return undefined;
    return isBounded ? place.time : this.#told;
  }

  /** Sets the cursor's event time; answers what is wrong with the value, if anything. */
  #problem(cursor: Pick<Cursor, 'time' | 'origin'>, value: T, outside: boolean): string | undefined {
    const { stream } = this;
    try {
      const time = stream.time(value);
      cursor.time = time;
      if (!Number.isFinite(time)) return 'the event time is not a number';
      if (outside && time - cursor.origin > stream.maxAhead)
        return fromTheFuture(time - cursor.origin, stream.maxAhead);
      const problem = stream.validate?.(value, cursor.origin);
      return problem ?? (outside && this.#watermark.tells !== undefined ? this.#tell(value) : undefined);
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** What a value says of event time, to be applied behind it; answers what is wrong with that, if anything. */
  #tell(value: T): string | undefined {
    const told = this.#watermark.tells?.(value);
    if (told !== undefined && !Number.isFinite(told)) return 'the watermark that it tells is not a number';
    this.#told = told;
    return undefined;
  }

  #mark(task: TaskRuntime, position: Position, record: BatchCursor): void {
    const producer = position.producers.get(record.producer);
    if (producer === undefined || (record.watermark <= producer.mark && producer.mark !== noTime)) return;
    producer.mark = record.watermark;
    if (this.timed) task.eventTime.mark(this, position);
  }

  #undecodable(task: TaskRuntime, position: Position, record: BatchCursor): void {
    const problem = this.decoder.problem;
    if (problem?.kind === 'unknown-schema') {
      const { partition } = position;
      throw new UnknownSchema(this, problem.reference, {
        stream: this.stream.name,
        partition,
        offset: record.offset,
      });
    }
    this.#invalid(task, problem?.reason ?? 'not decodable');
  }

  #invalid(task: TaskRuntime, reason: string): void {
    if (this.options.invalid !== 'ignore') task.deadLetter(reason);
  }

  #is(skip: Skip, position: Position, record: BatchCursor): boolean {
    return skip.offset === record.offset && skip.partition === position.partition && skip.stream === this.stream.name;
  }

  #gap(span: Span, record: BatchCursor, last: number): SequenceGap {
    return new SequenceGap(
      `${span.stream}/${span.partition} offset ${record.offset}: ${record.producer} goes from sequence ${last} to ${record.sequence}`,
      'Records between the two are lost: restore the log, or backfill the topology into a fresh namespace',
    );
  }

  #undeclared(span: Span, record: BatchCursor): TaskStopped {
    return new TaskStopped(
      `${span.stream}/${span.partition} offset ${record.offset} was written by task '${record.producer}', which no topology declares`,
      `Add its topology to those that run; one that has ceased to write '${span.stream}' declares it as \`unwritten\``,
    );
  }
}

const fromTheFuture = (ahead: Millis, most: Millis): string =>
  `from the future: it says that it happened ${ahead} ms after it was written, at most ${most} ms are allowed`;

/** Whether a cut names the record. */
/** Whether it is one of those that a cut names. */
export function isNamed(only: NonNullable<Span['only']>, { producer, lineage, sequence }: BatchCursor): boolean {
  return producer === only.producer && lineage === only.lineage && sequence >= only.first && sequence < only.next;
}

/** Whether a producer has written the record before, or in a former life. */
export const isRepeated = (last: ProducerPosition, { lineage, sequence }: BatchCursor): boolean =>
  lineage < last.lineage || (lineage === last.lineage && sequence <= last.sequence);

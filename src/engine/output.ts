import { deadLetters } from '../stream/dead-letter.ts';
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import type { Append } from '../transport/port.ts';
import { partitionOf } from '../transport/partitioner.ts';
import { BatchBuilder, Kind, maxDeadLetterBytes, maxValueBytes, type Producer } from '../transport/record.ts';
import type { Context } from './cursor.ts';

/** What a task knows of one partition that it writes to. */
export interface OutputPosition {
  /** Sequence of the next record. */
  sequence: number;
  /** The watermark that the newest record or marker there carries. */
  marked: Millis;
  /** The journalled clock when it was written. */
  markedAt: Millis;
}

/** A stream that a task writes: builders of the open epoch over the positions of the last checkpoint. */
export class Output {
  readonly stream: Stream<unknown>;
  positions: OutputPosition[];
  /** Whether somebody waits for event time in the stream, so that it needs markers. */
  readonly timed: boolean;
  #builders: (BatchBuilder | undefined)[];
  #appends: Append[] | undefined;

  constructor(stream: Stream<unknown>, partitions: number, timed: boolean) {
    this.stream = stream;
    this.timed = timed;
    this.positions = beginnings(partitions);
    this.#builders = new Array<BatchBuilder | undefined>(partitions);
  }

  /** Adds a value to the partition of its key. Throws what the stream's functions and its schema throw. */
  write(value: unknown, producer: Producer, watermark: Millis, clock: Millis, context: Context): void {
    const { stream } = this;
    const key = stream.key(value);
    const partition = partitionOf(key, this.positions.length);
    const envelope = { kind: Kind.value, watermark, origin: context.origin, key, trace: context.trace };
    this.#builder(partition, producer).add(envelope, (buffer, at) => stream.schema.encode(value, buffer, at));
    this.#moved(partition, watermark, clock);
  }

  /** A record that carries only the watermark. */
  mark(partition: number, producer: Producer, watermark: Millis, clock: Millis): void {
    const envelope = { kind: Kind.marker, watermark, origin: clock, key: '', trace: '' };
    this.#builder(partition, producer).add(envelope, (_, at) => at);
    this.#moved(partition, watermark, clock);
  }

  /** Sequences that the open epoch has given out in a partition: [first, next). */
  written(partition: number): { first: number; next: number } {
    const next = this.#builders[partition]?.sequence ?? this.sequence(partition);
    return { first: this.sequence(partition), next };
  }

  /** What the epoch adds, the same at every call until `committed` or `discard`. */
  appends(): readonly Append[] {
    this.#appends ??= this.#builders.flatMap((builder, partition) =>
      builder === undefined ? [] : [{ topic: this.stream.name, partition, batches: builder.take() }],
    );
    return this.#appends;
  }

  /** The sequence that the next record will have after this epoch. */
  nextSequence(partition: number): number {
    return this.written(partition).next;
  }

  /** The epoch is in the checkpoint: its sequences are used up. */
  committed(): void {
    this.#builders.forEach((builder, partition) => {
      const position = this.positions[partition];
      if (builder !== undefined && position !== undefined) position.sequence = builder.sequence;
    });
    this.#clear();
  }

  /** Back to before the first epoch that wrote the stream. */
  begin(): void {
    this.positions = beginnings(this.positions.length);
  }

  /** The epoch failed: its records are forgotten. The caller restores the positions. */
  discard(): void {
    this.#clear();
  }

  #clear(): void {
    this.#builders = new Array<BatchBuilder | undefined>(this.positions.length);
    this.#appends = undefined;
  }

  private sequence(partition: number): number {
    return this.positions[partition]?.sequence ?? 0;
  }

  #builder(partition: number, producer: Producer): BatchBuilder {
    const largest = this.stream.name === deadLetters.name ? maxDeadLetterBytes : maxValueBytes;
    return (this.#builders[partition] ??= new BatchBuilder(producer, this.sequence(partition), largest));
  }

  #moved(partition: number, watermark: Millis, clock: Millis): void {
    const position = this.positions[partition];
    if (position === undefined) return;
    position.marked = watermark;
    position.markedAt = clock;
  }
}

const beginnings = (partitions: number): OutputPosition[] =>
  Array.from({ length: partitions }, () => ({ sequence: 0, marked: -Infinity, markedAt: -Infinity }));

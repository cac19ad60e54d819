/** The event time that a partition has reached at an offset, read off its records. */
import type { Graph } from '../engine/graph.ts';
import { Decoder } from '../stream/decoder.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import { type Offset, OffsetOutOfRange, type TopicPartition, type Transport } from '../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../transport/record.ts';

/** So many offsets before the one in question are looked at; the second time only where the first found no value. */
const looks = [16, 512];
/** Of one read. */
const maxBytes = 1 << 20;

export interface EventTimesOptions {
  readonly graph: Pick<Graph, 'stream'>;
  readonly transport: Pick<Transport, 'read'>;
  readonly registry: Pick<SchemaRegistry, 'find'>;
}

/** Remembers the writers' schemas that it has met, so one is kept for as long as somebody looks. */
export class EventTimes {
  readonly #options: EventTimesOptions;
  readonly #decoders = new Map<string, Decoder<unknown>>();

  constructor(options: EventTimesOptions) {
    this.#options = options;
  }

  /**
   * The greatest event time of the newest values before an offset: values come out of order by a little. Markers and
   * what is no value of the stream do not count. Null where there is none within reach, nor above the log's `start`.
   */
  async before(at: TopicPartition, offset: Offset, start: Offset): Promise<Millis | null> {
    for (const look of looks) {
      const from = Math.max(start, offset - look);
      const time = from < offset ? await this.#greatest(at, from, offset) : null;
      if (time !== null || from === start) return time;
    }
    return null;
  }

  /** Null also where retention has removed the records since we asked where the log begins. */
  async #greatest(at: TopicPartition, from: Offset, to: Offset): Promise<Millis | null> {
    let greatest = -Infinity;
    try {
      for await (const record of this.#values(at, from, to))
        greatest = Math.max(greatest, await this.#timeOf(at, record));
    } catch (error) {
      if (!(error instanceof OffsetOutOfRange)) throw error;
    }
    return greatest === -Infinity ? null : greatest;
  }

  async *#values(at: TopicPartition, from: Offset, to: Offset): AsyncGenerator<BatchCursor> {
    const { transport } = this.#options;
    for (let next = from; next < to;) {
      const batches = await transport.read({ ...at, from: next, to, maxRecords: to - next, maxBytes });
      const last = batches.at(-1);
      if (last === undefined) return;
      for (const batch of batches) yield* valuesIn(batch, from, to);
      next = last.firstOffset + last.records;
    }
  }

  /** -Infinity for what is no valid value: its reader makes it a dead letter, and takes no time from it either. */
  async #timeOf({ topic }: TopicPartition, record: BatchCursor): Promise<Millis> {
    const stream = this.#options.graph.stream(topic);
    const value = await this.#decoded(stream, record);
    if (value === undefined) return -Infinity;
    try {
      const time = stream.time(value);
      return Number.isFinite(time) && stream.validate?.(value, record.origin) === undefined ? time : -Infinity;
    } catch {
      return -Infinity; // the stream's own functions refuse it
    }
  }

  #decoded(stream: Stream<unknown>, { bytes, valueStart, valueEnd }: BatchCursor): Promise<unknown> {
    const decoder = this.#decoders.get(stream.name) ?? new Decoder(stream.schema);
    this.#decoders.set(stream.name, decoder);
    return decoder.decodeLearning(bytes, valueStart, valueEnd, this.#options.registry);
  }
}

/** The records of [from, to) that are values; each is the same cursor. */
function* valuesIn(batch: RecordBatch, from: Offset, to: Offset): Generator<BatchCursor> {
  const record = new BatchCursor(batch);
  while (record.next()) if (record.kind === Kind.value && record.offset >= from && record.offset < to) yield record;
}

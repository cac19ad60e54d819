/** What a consumer would see of every stream: each record of each producer once. */
import { Decoder } from '../stream/decoder.ts';
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import type { TopicPartition, Transport } from '../transport/port.ts';
import { BatchCursor, Kind } from '../transport/record.ts';
import { at, type TestTime } from './times.ts';

/** The values of a stream so far. Those of a key are in order; the order between keys is nobody's promise. */
export class StreamOutput<T> {
  readonly values: readonly T[];
  readonly #stream: Stream<T>;
  readonly #day: Millis;

  constructor(stream: Stream<T>, values: readonly T[], day: Millis) {
    this.#stream = stream;
    this.values = values;
    this.#day = day;
  }

  forKey(key: string): readonly T[] {
    return this.values.filter(value => this.#stream.key(value) === key);
  }

  /** The newest value of the key and, where one is given, of that event time; undefined where there is none. */
  last(key: string, time?: TestTime): T | undefined {
    const wanted = time === undefined ? undefined : at(time, this.#day);
    return this.forKey(key).findLast(value => wanted === undefined || this.#stream.time(value) === wanted);
  }
}

interface Partition extends TopicPartition {
  offset: number;
  /** Newest sequence by producer and lineage. */
  readonly sequences: Map<string, number>;
  readonly values: Buffer[];
}

/** Follows the log. Reading is asynchronous and done after each call of a test, so that looking is not. */
export class Outputs {
  readonly #transport: Transport;
  readonly #partitions: Partition[] = [];

  constructor(transport: Transport, topics: ReadonlyMap<string, number>) {
    this.#transport = transport;
    for (const [topic, count] of topics) this.add(topic, count);
  }

  /** Follows one more topic. */
  add(topic: string, count: number): void {
    for (let partition = 0; partition < count; partition++)
      this.#partitions.push({ topic, partition, offset: 0, sequences: new Map(), values: [] });
  }

  /** Reads what has been written since the last time. */
  async follow(): Promise<void> {
    for (const partition of this.#partitions) {
      for (;;) {
        const { topic, offset: from } = partition;
        const batches = await this.#transport.read({ topic, partition: partition.partition, from, ...page });
        if (batches.length === 0) break;
        for (const batch of batches) {
          keepNew(partition, new BatchCursor(batch));
          partition.offset = Math.max(partition.offset, batch.firstOffset + batch.records);
        }
      }
    }
  }

  values<T>(stream: Stream<T>): T[] {
    const partitions = this.#partitions.filter(({ topic }) => topic === stream.name);
    const decoder = new Decoder(stream.schema);
    return partitions.flatMap(({ values }) => values.flatMap(bytes => decoded(decoder, bytes)));
  }
}

const page = { maxRecords: 10_000, maxBytes: 1 << 22 };

function keepNew(partition: Partition, record: BatchCursor): void {
  const { sequences, values } = partition;
  const producer = `${record.producer}@${record.lineage}`;
  while (record.next()) {
    if (record.offset < partition.offset) continue;
    partition.offset = record.offset + 1;
    const repeated = record.producer !== '' && record.sequence <= (sequences.get(producer) ?? -1);
    if (repeated) continue;
    sequences.set(producer, record.sequence);
    if (record.kind === Kind.value) values.push(record.value());
  }
}

/** Bytes that somebody outside has sent and that are no value are nobody's output. */
function decoded<T>(decoder: Decoder<T>, bytes: Buffer): T[] {
  const value = decoder.decode(bytes, 0, bytes.length);
  return value === undefined ? [] : [plain(value)];
}

/** avsc gives each record a class of its own, which would be no part of a comparison. */
const plain = <T>(value: T): T => (typeof value === 'object' && value !== null ? { ...value } : value);

/** Appends values as somebody would who is no task: each in the partition of its key, in the order given. */
import { partitionOf } from '../transport/partitioner.ts';
import type { Transport } from '../transport/port.ts';
import { BatchBuilder, Kind, outside } from '../transport/record.ts';
import type { Stream } from './stream.ts';
import type { Millis } from './time.ts';

/** What is held back before it is appended; whichever is reached first. */
const maxHeldRecords = 2_000;
const maxHeldBytes = 1 << 20;

/** Of a clock, what a writer needs. */
export interface WriterClock {
  now(): Millis;
  /** Lets everything else of the process have its turn. */
  turn(): Promise<void>;
}

/** Of the log, what a writer needs. */
export type WriterLog = Pick<Transport, 'partitions' | 'append'>;

/** Holds back a bounded number of values; `write` waits while the log takes them, which is all the back-pressure. */
export class OutsideWriter<T> {
  readonly #transport: WriterLog;
  readonly #stream: Stream<T>;
  readonly #clock: WriterClock;
  readonly #builders: readonly BatchBuilder[];
  #heldRecords = 0;
  #heldBytes = 0;

  private constructor(transport: WriterLog, stream: Stream<T>, clock: WriterClock, partitions: number) {
    this.#transport = transport;
    this.#stream = stream;
    this.#clock = clock;
    this.#builders = Array.from({ length: partitions }, () => new BatchBuilder(outside, 0));
  }

  /** @throws {UnknownTopic} where nobody has created the stream's topic */
  static async open<T>(transport: WriterLog, stream: Stream<T>, clock: WriterClock): Promise<OutsideWriter<T>> {
    return new OutsideWriter(transport, stream, clock, await transport.partitions(stream.name));
  }

  /** Takes a value; durable after the next `flush`. @throws {RecordTooLarge} and then holds what it held */
  async write(value: T): Promise<void> {
    this.#add(value);
    if (this.#heldRecords >= maxHeldRecords || this.#heldBytes >= maxHeldBytes) await this.flush();
  }

  /** Appends what is held back; durable when it resolves. What it throws comes from the log, which may have a part. */
  async flush(): Promise<void> {
    if (this.#heldRecords === 0) return;
    const topic = this.#stream.name;
    const appends = this.#builders.map((builder, partition) => ({ topic, partition, batches: builder.take() }));
    this.#heldRecords = 0;
    this.#heldBytes = 0;
    await this.#transport.append(appends.filter(({ batches }) => batches.length > 0));
    await this.#clock.turn();
  }

  #add(value: T): void {
    const key = this.#stream.key(value);
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: this.#clock.now(), key, trace: '' };
    let bytes = 0;
    this.#builders[partitionOf(key, this.#builders.length)]?.add(envelope, (buffer, at) => {
      const end = this.#stream.schema.encode(value, buffer, at);
      bytes = end - at;
      return end;
    });
    this.#heldRecords++;
    this.#heldBytes += bytes + key.length;
  }
}

/** Appends values as somebody would who is no task: each in the partition of its key, in the order given. */
import type { Transport } from '../transport/port.ts';
import { OutsideBatches, recordOf } from './outside.ts';
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
  readonly #batches: OutsideBatches;
  readonly #trace: () => string;
  #heldRecords = 0;
  #heldBytes = 0;

  private constructor(
    transport: WriterLog,
    stream: Stream<T>,
    clock: WriterClock,
    { partitions, trace }: { readonly partitions: number; readonly trace: () => string },
  ) {
    this.#transport = transport;
    this.#stream = stream;
    this.#clock = clock;
    this.#trace = trace;
    this.#batches = new OutsideBatches(stream.name, partitions);
  }

  /**
   * `trace` is asked for the W3C trace context that a value is written in.
   * @throws {UnknownTopic} where nobody has created the stream's topic
   */
  static async open<T>(
    transport: WriterLog,
    stream: Stream<T>,
    clock: WriterClock,
    trace: () => string = () => '',
  ): Promise<OutsideWriter<T>> {
    return new OutsideWriter(transport, stream, clock, { partitions: await transport.partitions(stream.name), trace });
  }

  /** Takes a value; durable after the next `flush`. @throws {RecordTooLarge} and then holds what it held */
  async write(value: T): Promise<void> {
    const record = { ...recordOf(this.#stream, value), trace: this.#trace() };
    this.#heldBytes += this.#batches.add(record, this.#clock.now()) + record.key.length;
    this.#heldRecords++;
    if (this.#heldRecords >= maxHeldRecords || this.#heldBytes >= maxHeldBytes) await this.flush();
  }

  /** Appends what is held back; durable when it resolves. What it throws comes from the log, which may have a part. */
  async flush(): Promise<void> {
    if (this.#heldRecords === 0) return;
    const appends = this.#batches.take();
    this.#heldRecords = 0;
    this.#heldBytes = 0;
    await this.#transport.append(appends);
    await this.#clock.turn();
  }
}

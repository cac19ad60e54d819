import type { Item, Rating } from '../../../../schemas/types.ts';
import type { Clock } from '../../../engine/clock.ts';
import { OutsideWriter } from '../../../stream/outside-writer.ts';
import type { Stream } from '../../../stream/stream.ts';
import type { Millis } from '../../../stream/time.ts';
import type { SchemaRegistry } from '../../../stream/registry.ts';
import { shareOnce } from '../../../stream/share-once.ts';
import type { Transport } from '../../../transport/port.ts';
import { items as itemStream, ratings as ratingStream } from '../../../../topologies/streams.ts';
import { Pace } from '../pace.ts';
import type { Reading, Rejected, Source } from './source.ts';

/** How any data set is imported. The topics of `items` and `ratings` have to be there. */
export interface ImportOptions {
  readonly ports: {
    readonly transport: Transport;
    readonly registry: Pick<SchemaRegistry, 'register'>;
    readonly clock: Clock;
  };
  /** Stops at the next record; what was taken until then is in the log, and counted. */
  readonly signal: AbortSignal;
  /** Whose the records are, whatever a file says of it; '' where absent. */
  readonly tenant?: string | undefined;
  /** Records per second, of items and ratings together; as fast as the log takes them where absent. */
  readonly rate?: number | undefined;
  /** Told of each line that does not count, in the order of reading. */
  readonly onRejected?: ((rejected: Rejected) => void) | undefined;
  /** Told after every thousand records of a stream and at its end. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProgress {
  readonly items: number;
  readonly ratings: number;
  readonly rejected: number;
  /** Event time of the last record written. */
  readonly time: Millis;
}

/** Records written, lines rejected, and how long it took. */
export interface Imported {
  readonly ratings: number;
  readonly items: number;
  readonly rejected: number;
  readonly seconds: number;
}

const progressEvery = 1_000;

/** One import: reads, writes `items`, then `ratings`. */
export class ImportRun {
  readonly #options: ImportOptions;
  readonly #pace: Pace;
  readonly #began: Millis;
  readonly #counts = { items: 0, ratings: 0, rejected: 0 };

  /** @throws {InvalidRate} where the rate is not above 0 */
  constructor(options: ImportOptions) {
    this.#options = options;
    this.#pace = new Pace(options.ports.clock, options.rate ?? Infinity);
    this.#began = options.ports.clock.now();
  }

  /** What `read` finds goes into the log. Again, it sends events of the same ids, which count once. */
  async run(read: (reading: Reading) => Source | Promise<Source>): Promise<Imported> {
    const { ports, signal } = this.#options;
    const { items, ratings } = await read({ now: this.#began, signal, reject: rejected => this.#reject(rejected) });
    await this.#write('items', itemStream, items);
    await this.#write('ratings', ratingStream, ratings);
    return { ...this.#counts, seconds: (ports.clock.now() - this.#began) / 1_000 };
  }

  async #write<T extends Item | Rating>(
    name: 'items' | 'ratings',
    stream: Stream<T>,
    values: AnyIterable<T>,
  ): Promise<void> {
    const { ports, signal, tenant = '' } = this.#options;
    await shareOnce(ports.registry, stream.schema.definition);
    const writer = await OutsideWriter.open(ports.transport, stream, ports.clock);
    let time = -Infinity;
    for await (const value of values) {
      await this.#pace.next(signal, () => writer.flush());
      if (signal.aborted) break;
      await writer.write({ ...value, tenant });
      time = stream.time(value);
      if (++this.#counts[name] % progressEvery === 0) this.#progress(time);
    }
    await writer.flush();
    if (this.#counts[name] % progressEvery > 0) this.#progress(time);
  }

  #reject(rejected: Rejected): void {
    this.#counts.rejected++;
    this.#options.onRejected?.(rejected);
  }

  #progress(time: Millis): void {
    this.#options.onProgress?.({ ...this.#counts, time });
  }
}

type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

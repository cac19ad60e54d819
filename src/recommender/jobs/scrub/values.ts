/** Reads values of records one by one, those of older schemas too; what nobody can read has none. */
import { Decoder } from '../../../stream/decoder.ts';
import type { SchemaRegistry } from '../../../stream/registry.ts';
import type { Stream } from '../../../stream/stream.ts';
import type { Millis } from '../../../stream/time.ts';
import type { BatchCursor } from '../../../transport/record.ts';

export class Values<T> {
  readonly stream: Stream<T>;
  readonly #decoder: Decoder<T>;
  readonly #registry: Pick<SchemaRegistry, 'find'>;

  constructor(stream: Stream<T>, registry: Pick<SchemaRegistry, 'find'>) {
    this.stream = stream;
    this.#decoder = new Decoder(stream.schema);
    this.#registry = registry;
  }

  /** The value in [start, end); undefined for bytes that are none. */
  in(bytes: Buffer, start: number, end: number): Promise<T | undefined> {
    return this.#decoder.decodeLearning(bytes, start, end, this.#registry);
  }

  of({ bytes, valueStart, valueEnd }: BatchCursor): Promise<T | undefined> {
    return this.in(bytes, valueStart, valueEnd);
  }

  /** The event time of a value that counts, as readers see it; -Infinity of any other. */
  timeOf(value: T | undefined, origin: Millis): Millis {
    if (value === undefined) return -Infinity;
    const time = this.stream.time(value);
    const counts = Number.isFinite(time) && this.stream.validate?.(value, origin) === undefined;
    return counts ? time : -Infinity;
  }
}

import type avro from 'avsc';
import { avroType } from './avro.ts';
import { fingerprintOfType } from './fingerprint.ts';
import { layoutOf, Walk, type Layout } from './layout.ts';
import type { SchemaRegistry } from './registry.ts';
import { headerBytes, type Codec, type Schema } from './schema.ts';

/** Why bytes were not decoded: their schema has to be learnt first, or they are for the dead letters. */
export type DecodeProblem =
  | { readonly kind: 'unknown-schema'; readonly fingerprint: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** A value, or `undefined`: then `Decoder.problem` says why. */
export type Decoded<T> = T | undefined;

/** Writers' schemas that are remembered; past it the oldest is forgotten, and learnt again when it comes. */
const maxWriters = 1_000;

/** How to read what a schema wrote; or why it cannot be read. */
type Writer = { readonly layout: Layout; readonly resolver: Resolver } | { readonly refusal: string };
type Resolver = ReturnType<avro.Type['createResolver']>;

/** Reads values that were written in single-object encoding with the reader's schema or with an older or newer one. */
export class Decoder<T> {
  readonly schema: Schema<T>;
  /** Why the last `decode` answered `undefined`. */
  problem: DecodeProblem | undefined;
  readonly #codec: Codec;
  readonly #low: number;
  readonly #high: number;
  readonly #walk = new Walk(Buffer.alloc(0), 0, 0);
  readonly #writers = new Map<string, Writer>();

  constructor(schema: Schema<T>) {
    this.schema = schema;
    this.#codec = schema.codec;
    this.#low = schema.codec.header.readInt32LE(2);
    this.#high = schema.codec.header.readInt32LE(6);
  }

  /**
   * The value in `bytes` from `start` to `end`, all of it and nothing more. Never throws, whatever the bytes are;
   * on the reader's own schema it allocates nothing beside the value.
   */
  decode(bytes: Buffer, start: number, end: number): Decoded<T> {
    if (start < 0 || end > bytes.length || end - start < headerBytes)
      return this.#broken(`${end - start} bytes are too few for a value`);
    if (bytes[start] !== 0xc3 || bytes[start + 1] !== 0x01)
      return this.#broken('it does not begin with the marker C3 01 of the single-object encoding');
    if (bytes.readInt32LE(start + 2) === this.#low && bytes.readInt32LE(start + 6) === this.#high)
      return this.#read(bytes, start + headerBytes, end, this.#codec.layout);
    return this.#readForeign(bytes, start, end);
  }

  /**
   * Fetches the schema that a problem named. False if the registry does not know it. True once it is settled:
   * decode the bytes again, which answers a value or, for an incompatible schema, why there can be none.
   */
  async learn(fingerprint: string, registry: Pick<SchemaRegistry, 'find'>): Promise<boolean> {
    if (fingerprint === this.schema.fingerprint || this.#writers.has(fingerprint)) return true;
    const definition = await registry.find(fingerprint);
    if (definition === undefined) return false;
    if (this.#writers.size >= maxWriters) this.#forgetOldest();
    this.#writers.set(fingerprint, this.#writer(definition, fingerprint));
    return true;
  }

  #readForeign(bytes: Buffer, start: number, end: number): Decoded<T> {
    const fingerprint = Buffer.from(bytes.subarray(start + 2, start + headerBytes))
      .reverse()
      .toString('hex');
    const writer = this.#writers.get(fingerprint);
    if (writer === undefined) {
      this.problem = { kind: 'unknown-schema', fingerprint };
      return undefined;
    }
    if ('refusal' in writer) return this.#broken(writer.refusal);
    return this.#read(bytes, start + headerBytes, end, writer.layout, writer.resolver);
  }

  #read(bytes: Buffer, start: number, end: number, layout: Layout, resolver?: Resolver): Decoded<T> {
    const walk = this.#walk;
    walk.bytes = bytes;
    walk.at = start;
    walk.end = end;
    try {
      layout(walk);
      if (walk.at !== end) return this.#broken(`${end - walk.at} bytes follow the value`);
      const decoded: { value: T; offset: number } = this.#codec.type.decode(bytes, start, resolver);
      if (decoded.offset !== end) return this.#broken('its layout and its value differ in size');
      this.problem = undefined;
      return decoded.value;
    } catch (error) {
      return this.#broken(error instanceof Error ? error.message : String(error));
    }
  }

  #broken(why: string): undefined {
    this.problem = { kind: 'broken', reason: `Not a value of ${this.schema.name}: ${why}` };
    return undefined;
  }

  #writer(definition: Parameters<typeof avroType>[0], fingerprint: string): Writer {
    try {
      const type = avroType(definition, true);
      const own = fingerprintOfType(type);
      if (own !== fingerprint) return { refusal: `the registry answered schema ${own} for ${fingerprint}` };
      return { layout: layoutOf(type), resolver: this.#codec.type.createResolver(type) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { refusal: `its schema ${fingerprint} cannot be read as ${this.schema.fingerprint}: ${why}` };
    }
  }

  #forgetOldest(): void {
    for (const fingerprint of this.#writers.keys()) {
      this.#writers.delete(fingerprint);
      return;
    }
  }
}

import type avro from 'avsc';
import { avroType } from './avro.ts';
import { BoundedMap } from './bounded-map.ts';
import { InvalidSchema } from './definition.ts';
import { fingerprintOfType } from './fingerprint.ts';
import {
  azure,
  azureIdOf,
  azureReferenceAt,
  confluent,
  confluentIdOf,
  confluentReference,
  fingerprintAt,
  type SchemaReference,
  singleObject,
  wordsOf,
} from './framing.ts';
import { layoutOf, Walk, type Layout } from './layout.ts';
import type { SchemaRegistry } from './registry.ts';
import type { Codec, Schema } from './schema.ts';

/** Why bytes were not decoded: their schema has to be learnt first, or they are for the dead letters. */
export type DecodeProblem =
  | { readonly kind: 'unknown-schema'; readonly reference: SchemaReference }
  | { readonly kind: 'broken'; readonly reason: string };

/** A value, or `undefined`: then `Decoder.problem` says why. */
export type Decoded<T> = T | undefined;

/** Writers' schemas that are remembered; past it the oldest is forgotten, and learnt again when it comes. */
const maxWriters = 1_000;

/** How to read what a schema wrote; or why it cannot be read. */
type Writer = { readonly layout: Layout; readonly resolver?: Resolver } | { readonly refusal: string };
type Resolver = ReturnType<avro.Type['createResolver']>;

/** Reads values that were written with the reader's schema or with an older or newer one, in any of the framings. */
export class Decoder<T> {
  readonly schema: Schema<T>;
  /** Why the last `decode` answered `undefined`. */
  problem: DecodeProblem | undefined;
  readonly #codec: Codec;
  readonly #low: number;
  readonly #high: number;
  readonly #walk = new Walk(Buffer.alloc(0), 0, 0);
  readonly #writers = new BoundedMap<SchemaReference, Writer>(maxWriters);

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
    if (start < 0 || end > bytes.length || end - start < confluent.bytes) return this.#tooFew(end - start);
    if (bytes[start] === 0xc3 && bytes[start + 1] === 0x01) return this.#decodeSingleObject(bytes, start, end);
    if (bytes[start] === 0x00) {
      const reference = confluentReference(bytes.readUInt32BE(start + 1));
      return this.#readForeign(reference, bytes, start + confluent.bytes, end);
    }
    if (bytes[start] !== 0xc3 || bytes[start + 1] !== 0x02)
      return this.#broken('it does not begin with the marker of an encoding (C3 01 of single objects, or 00)');
    if (end - start < azure.bytes) return this.#tooFew(end - start);
    return this.#readForeign(azureReferenceAt(bytes, start), bytes, start + azure.bytes, end);
  }

  /** Whether what a schema wrote that was learnt can be read. */
  reads(reference: SchemaReference): boolean {
    const writer = this.#writers.get(reference);
    return reference === this.schema.fingerprint || (writer !== undefined && !('refusal' in writer));
  }

  /**
   * Fetches the schema that a problem named. False if the registry does not know it. True once it is settled:
   * decode the bytes again, which answers a value or, for an incompatible schema, why there can be none.
   */
  async learn(reference: SchemaReference, registry: Pick<SchemaRegistry, 'find'>): Promise<boolean> {
    if (reference === this.schema.fingerprint || this.#writers.has(reference)) return true;
    const writer = await this.#found(reference, registry);
    if (writer === undefined) return false;
    this.#writers.set(reference, writer);
    return true;
  }

  /** The same where a schema may be asked for; `undefined`, with the problem, where the registry does not know it either. */
  async decodeLearning(
    bytes: Buffer,
    start: number,
    end: number,
    registry: Pick<SchemaRegistry, 'find'>,
  ): Promise<Decoded<T>> {
    const value = this.decode(bytes, start, end);
    const { problem } = this;
    if (value !== undefined || problem?.kind !== 'unknown-schema') return value;
    return (await this.learn(problem.reference, registry)) ? this.decode(bytes, start, end) : undefined;
  }

  #decodeSingleObject(bytes: Buffer, start: number, end: number): Decoded<T> {
    if (end - start < singleObject.bytes) return this.#tooFew(end - start);
    if (bytes.readInt32LE(start + 2) === this.#low && bytes.readInt32LE(start + 6) === this.#high)
      return this.#read(bytes, start + singleObject.bytes, end, this.#codec.layout);
    return this.#readForeign(fingerprintAt(bytes, start), bytes, start + singleObject.bytes, end);
  }

  #readForeign(reference: SchemaReference, bytes: Buffer, start: number, end: number): Decoded<T> {
    const writer = this.#writers.get(reference);
    if (writer === undefined) {
      this.problem = { kind: 'unknown-schema', reference };
      return undefined;
    }
    if ('refusal' in writer) return this.#broken(writer.refusal);
    return this.#read(bytes, start, end, writer.layout, writer.resolver);
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

  #tooFew(bytes: number): undefined {
    return this.#broken(`${bytes} bytes are too few for a value`);
  }

  /** A schema that the registry has and that is none of Avro's is settled, too: nothing can be read with it. */
  async #found(reference: SchemaReference, registry: Pick<SchemaRegistry, 'find'>): Promise<Writer | undefined> {
    try {
      const definition = await registry.find(reference);
      return definition === undefined ? undefined : this.#writer(definition, reference);
    } catch (error) {
      if (error instanceof InvalidSchema) return { refusal: `the schema with ${wordsOf(reference)}: ${error.message}` };
      throw error;
    }
  }

  #writer(definition: Parameters<typeof avroType>[0], reference: SchemaReference): Writer {
    try {
      const type = avroType(definition, true);
      const own = fingerprintOfType(type);
      if (isFingerprint(reference) && own !== reference)
        return { refusal: `the registry answered schema ${own} for ${reference}` };
      if (own === this.schema.fingerprint) return { layout: this.#codec.layout };
      return { layout: layoutOf(type), resolver: this.#codec.type.createResolver(type) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { refusal: `its schema ${reference} cannot be read as ${this.schema.fingerprint}: ${why}` };
    }
  }
}

/** Ids are given out by a registry; what has a fingerprint can be checked against it. */
const isFingerprint = (reference: SchemaReference): boolean =>
  confluentIdOf(reference) === undefined && azureIdOf(reference) === undefined;

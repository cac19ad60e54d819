/** Values as single objects, whichever registry had given their schemas an id: for who takes them to another log. */
import { type AvroDefinition, InvalidSchema } from './definition.ts';
import { BoundedMap } from './bounded-map.ts';
import { fingerprintOf } from './fingerprint.ts';
import { frameOf, type SchemaReference, singleObjectHead } from './framing.ts';
import type { SchemaRegistry } from './registry.ts';

/** Schemas that are remembered; past it the oldest is forgotten, and looked up again. */
const mostKnown = 1_000;

interface Found {
  readonly definition: AvroDefinition;
  readonly head: Buffer;
}

export interface SingleObject {
  readonly bytes: Buffer;
  /** Of who wrote it; absent where the value names no schema, or one that the registry does not have. */
  readonly definition?: AvroDefinition;
  /** The schema that it names, where the registry does not have that. */
  readonly unknown?: SchemaReference;
}

export class SingleObjects {
  readonly #registry: Pick<SchemaRegistry, 'find'>;
  readonly #known = new BoundedMap<SchemaReference, Found | undefined>(mostKnown);

  constructor(registry: Pick<SchemaRegistry, 'find'>) {
    this.#registry = registry;
  }

  /** The value itself where its schema is not known. Throws `Unavailable`. */
  async of(value: Buffer): Promise<SingleObject> {
    const frame = frameOf(value);
    if (frame === undefined) return { bytes: value };
    const found = await this.#find(frame.reference);
    if (found === undefined) return { bytes: value, unknown: frame.reference };
    const { head, definition } = found;
    const isOne = value.subarray(0, frame.bytes).equals(head);
    return {
      bytes: isOne ? value : Buffer.concat([head, value.subarray(frame.bytes)]),
      definition,
    };
  }

  async #find(reference: SchemaReference): Promise<Found | undefined> {
    if (this.#known.has(reference)) return this.#known.get(reference);
    const found = await this.#look(reference);
    this.#known.set(reference, found);
    return found;
  }

  async #look(reference: SchemaReference): Promise<Found | undefined> {
    try {
      const definition = await this.#registry.find(reference);
      if (definition === undefined) return undefined;
      return { definition, head: singleObjectHead(fingerprintOf(definition)) };
    } catch (error) {
      // Bytes that are no value may name anything.
      if (error instanceof InvalidSchema) return undefined;
      throw error;
    }
  }
}

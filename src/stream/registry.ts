import type { AvroDefinition } from './definition.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { SchemaReference } from './framing.ts';

/** Port: where the schemas are found that records name. */
export interface SchemaRegistry {
  /** Keeps a definition under its fingerprint, for good; again does nothing. Throws `InvalidSchema`, `Unavailable`. */
  register(definition: AvroDefinition): Promise<void>;
  /**
   * The definition that a reference names, if it was registered. Throws `Unavailable`, and `InvalidSchema` for one that
   * is there and no schema of Avro's.
   */
  find(reference: SchemaReference): Promise<AvroDefinition | undefined>;
}

/** A registry that is gone with the process: for tests, and for schemas known beforehand. */
export const memoryRegistry = (initial: Iterable<AvroDefinition> = []): SchemaRegistry => {
  const definitions = new Map<string, AvroDefinition>();
  const keep = (definition: AvroDefinition): void => {
    const fingerprint = fingerprintOf(definition);
    if (!definitions.has(fingerprint)) definitions.set(fingerprint, definition);
  };
  for (const definition of initial) keep(definition);
  return {
    register: async definition => keep(definition),
    find: async reference => definitions.get(reference),
  };
};

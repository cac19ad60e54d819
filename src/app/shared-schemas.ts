/**
 * Where the schemas are that fingerprints name: in the folder of this machine, in the program for those that it was ever
 * released with, and among the documents where several machines share them. So a record can be read wherever it was
 * written, whichever release wrote it.
 */
import { ConditionFailed, type DocumentKey, type Documents } from '../documents/port.ts';
import { MillraceError } from '../errors.ts';
import { parseDefinition } from '../stream/avro.ts';
import type { AvroDefinition } from '../stream/definition.ts';
import { fingerprintOf } from '../stream/fingerprint.ts';
import type { SchemaRegistry } from '../stream/registry.ts';

export const schemasCollection = 'schemas';

/** One partition: whoever has written there sees what was there before. */
const keyOf = (id: string): DocumentKey => ({ collection: schemasCollection, partition: 'shared', id });
const askedKey = keyOf('asked');

/** A document of the registry does not hold the schema that its name says. */
export class CorruptSchema extends MillraceError {
  readonly code = 'CORRUPT_SCHEMA';
}

type Shared = Pick<Documents, 'get' | 'put'>;

/** `own` is asked first, and keeps what was found among the documents; `shared` is absent where machines share none. */
export const sharedSchemas = (own: SchemaRegistry, shared?: Shared): SchemaRegistry => ({
  async register(definition) {
    await own.register(definition);
    if (shared !== undefined) await share(shared, definition);
  },
  async find(reference) {
    const known = (await own.find(reference)) ?? (await releasedAs(reference));
    if (known !== undefined || shared === undefined || !/^[0-9a-f]{16}$/.test(reference)) return known;
    const found = await foundIn(shared, reference);
    if (found !== undefined) await own.register(found);
    return found;
  },
});

async function share(shared: Shared, definition: AvroDefinition): Promise<void> {
  const body = { definition: JSON.stringify(definition) };
  try {
    await shared.put(keyOf(fingerprintOf(definition)), body, 'absent');
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // somebody else was quicker
  }
}

/**
 * Whoever writes a record has shared its schema before. A store whose readers may lag behind others' writes shows it
 * to one that has written something after it, so before a schema is taken for unknown something is written.
 */
async function foundIn(shared: Shared, fingerprint: string): Promise<AvroDefinition | undefined> {
  const key = keyOf(fingerprint);
  let found = await shared.get(key);
  if (found === undefined) {
    await shared.put(askedKey, { for: fingerprint }, 'always');
    found = await shared.get(key);
  }
  return found && parsed(found.body['definition'], fingerprint);
}

function parsed(text: unknown, fingerprint: string): AvroDefinition {
  const definition = typeof text === 'string' ? attempted(text) : undefined;
  if (definition !== undefined && fingerprintOf(definition) === fingerprint) return definition;
  throw new CorruptSchema(
    `The document ${fingerprint} of ${schemasCollection} does not hold the schema of that name`,
    'Remove it, and start a process of the release that wrote it: it shares its schemas anew',
  );
}

function attempted(text: string): AvroDefinition | undefined {
  try {
    return parseDefinition(text);
  } catch {
    return undefined; // what is said of it is that it is none
  }
}

/** Loaded by whoever meets a schema that it does not know. */
async function releasedAs(reference: string): Promise<AvroDefinition | undefined> {
  const { released } = await import('../../schemas/released.ts');
  return released.find(definition => fingerprintOf(definition) === reference);
}

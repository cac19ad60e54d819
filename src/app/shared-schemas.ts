/**
 * Where the schemas are that fingerprints name: in the folder of this machine, in the program for those that it was ever
 * released with, and among the documents where several machines share them. So a record can be read wherever it was
 * written, whichever release wrote it.
 */
import { ConditionFailed, type DocumentKey, type Documents } from '../documents/port.ts';
import type { Clock } from '../engine/clock.ts';
import { Interrupted, type OnWait, retrying } from '../engine/retry.ts';
import { MillraceError } from '../errors.ts';
import { parseDefinition } from '../stream/avro.ts';
import type { AvroDefinition } from '../stream/definition.ts';
import { fingerprintOf } from '../stream/fingerprint.ts';
import { memoryRegistry, type SchemaRegistry } from '../stream/registry.ts';

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
export function sharedSchemas(own: SchemaRegistry, shared?: Shared): SchemaRegistry {
  /** Fingerprints that this process has shared: once is enough. */
  const known = new Set<string>();
  return {
    async register(definition) {
      await own.register(definition);
      const fingerprint = fingerprintOf(definition);
      if (shared === undefined || known.has(fingerprint)) return;
      await share(shared, definition, fingerprint);
      known.add(fingerprint);
    },
    async find(reference) {
      const here = (await own.find(reference)) ?? (await releasedAs(reference));
      if (here !== undefined || shared === undefined || !/^[0-9a-f]{16}$/.test(reference)) return here;
      const found = await foundIn(shared, reference);
      if (found !== undefined) await own.register(found);
      return found;
    },
  };
}

interface Waiting {
  readonly clock: Clock;
  /** Ends the wait: what was to be registered is not, and nothing may be written with it any more. */
  readonly signal: AbortSignal;
  readonly onWait: OnWait;
}

/** The same registry for who cannot begin without it: documents that are away are waited for. */
export const patientSchemas = (registry: SchemaRegistry, { clock, signal, onWait }: Waiting): SchemaRegistry => ({
  find: reference => registry.find(reference),
  async register(definition) {
    try {
      await retrying('registry', () => registry.register(definition), clock, signal, onWait);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  },
});

async function share(shared: Shared, definition: AvroDefinition, fingerprint: string): Promise<void> {
  const body = { definition: JSON.stringify(definition) };
  try {
    await shared.put(keyOf(fingerprint), body, 'absent');
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

let released: Promise<SchemaRegistry> | undefined;

/** Loaded by whoever meets a schema that it does not know, and once. */
async function releasedAs(reference: string): Promise<AvroDefinition | undefined> {
  released ??= import('../../schemas/released.ts').then(all => memoryRegistry(all.released));
  return (await released).find(reference);
}

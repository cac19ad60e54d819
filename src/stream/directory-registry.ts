/** Schema registry in a directory: a file `<fingerprint>.avsc` for each schema, written whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError, Unavailable } from '../errors.ts';
import { parseDefinition } from './avro.ts';
import type { AvroDefinition } from './definition.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { SchemaRegistry } from './registry.ts';

/** A file of the registry does not hold the schema that its name says. */
export class CorruptRegistry extends MillraceError {
  readonly code = 'CORRUPT_REGISTRY';
}

export const directoryRegistry = (options: { readonly directory: string }): SchemaRegistry => {
  const { directory } = options;
  const find = async (fingerprint: string): Promise<AvroDefinition | undefined> => {
    // Anything else cannot have been registered, and must not become a path.
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) return undefined;
    const file = fileOf(directory, fingerprint);
    const json = await readIfThere(file);
    return json === undefined ? undefined : parsed(json, fingerprint, file);
  };
  return {
    find,
    async register(definition) {
      const fingerprint = fingerprintOf(definition);
      if ((await find(fingerprint)) !== undefined) return;
      const file = fileOf(directory, fingerprint);
      await attempt(file, () => writeWhole(directory, file, `${JSON.stringify(definition, null, 2)}\n`));
    },
  };
};

const fileOf = (directory: string, fingerprint: string): string => join(directory, `${fingerprint}.avsc`);

const readIfThere = async (file: string): Promise<string | undefined> =>
  attempt(file, async () => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  });

const parsed = (json: string, fingerprint: string, file: string): AvroDefinition => {
  let cause: unknown;
  try {
    const definition = parseDefinition(json);
    if (fingerprintOf(definition) === fingerprint) return definition;
  } catch (error) {
    cause = error;
  }
  const remedy = 'Remove the file, and register the schema again';
  throw new CorruptRegistry(`${file} does not hold the schema ${fingerprint}`, remedy, { cause });
};

/** Written beside, made durable, then renamed: a reader, or a crash at any moment, sees all of the file or none. */
const writeWhole = async (directory: string, file: string, text: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const unfinished = `${file}.${randomUUID()}.new`;
  try {
    await write(unfinished, text);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  await sync(directory);
};

const write = async (file: string, text: string): Promise<void> => {
  await using handle = await open(file, 'wx');
  await handle.writeFile(text);
  await handle.sync();
};

/** Makes the rename durable. */
const sync = async (directory: string): Promise<void> => {
  await using handle = await open(directory, 'r');
  await handle.sync();
};

const attempt = async <R>(file: string, work: () => Promise<R>): Promise<R> => {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Unavailable(`The schema file ${file} cannot be used: ${why}`, 'Check the disk and the permissions', {
      cause,
    });
  }
};

/** The schemas in the repository: `<name>.avsc` is today's, `history/<name>/<fingerprint>.avsc` each released one. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { format } from 'prettier';
import { parseDefinition } from '../../src/stream/avro.ts';
import { InvalidSchema, type AvroDefinition } from '../../src/stream/definition.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';

export interface SchemaFile {
  /** File name without its end: `item-trend`. */
  readonly name: string;
  readonly definition: AvroDefinition;
  readonly fingerprint: string;
}

/** A released schema; `file` is relative to the folder of all schemas. */
export interface Released extends SchemaFile {
  readonly file: string;
}

/** Today's schemas, by name. Throws `InvalidSchema` naming the file. */
export const schemasIn = async (folder: string): Promise<readonly SchemaFile[]> => {
  const files = (await readdir(folder)).filter(file => file.endsWith('.avsc')).sort();
  return Promise.all(files.map(async file => readSchema(join(folder, file), basename(file, '.avsc'))));
};

/** All released schemas; none while there is no folder `history`. */
export const releasedIn = async (folder: string): Promise<readonly Released[]> => {
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter(entry => /^history[\\/].*\.avsc$/.test(entry)).sort();
  return Promise.all(
    files.map(async file => ({ ...(await readSchema(join(folder, file), basename(dirname(file)))), file })),
  );
};

/** Keeps today's schema as a released one; answers its file, relative to the folder. */
export const writeReleased = async (folder: string, schema: SchemaFile): Promise<string> => {
  const file = join(folder, 'history', schema.name, `${schema.fingerprint}.avsc`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await format(JSON.stringify(schema.definition), { parser: 'json', printWidth: 120 }));
  return relative(folder, file);
};

const readSchema = async (file: string, name: string): Promise<SchemaFile> => {
  const json = await readFile(file, 'utf8');
  try {
    const definition = parseDefinition(json);
    return { name, definition, fingerprint: fingerprintOf(definition) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidSchema(`${file}: ${why}`, 'Correct the file', { cause });
  }
};

/** What is wrong with the schemas of a folder, each a sentence; nothing if they may be released. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { incompatibilities } from './evolution.ts';
import { releasedIn, schemasIn, type Released, type SchemaFile } from './files.ts';
import { disowned } from './owned.ts';
import { releasedText, typesOf } from './types.ts';

/** All findings: types that differ from the schemas, unsafe changes, and versions that were never kept. */
export const findings = async (folder: string): Promise<readonly string[]> => [
  ...(await drift(folder)),
  ...(await unsafe(folder)),
  ...(await unreleased(folder)),
];

/** Findings that forbid a release. */
export const unsafe = async (folder: string): Promise<readonly string[]> => {
  const schemas = await schemasIn(folder);
  const released = await releasedIn(folder);
  return [...schemas.flatMap(disowned), ...released.flatMap(version => against(version, schemas))];
};

/** Files that are made of the schemas, and their texts. */
export const generated = async (folder: string): Promise<readonly (readonly [file: string, text: string])[]> => [
  ['types.ts', await typesOf(await schemasIn(folder))],
  ['released.ts', await releasedText(await releasedIn(folder))],
];

const drift = async (folder: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [name, expected] of await generated(folder)) {
    const file = join(folder, name);
    if ((await readFile(file, 'utf8')) !== expected)
      found.push(`${file} differs from the schemas. Run \`node scripts/schemas.ts generate\``);
  }
  return found;
};

const against = (version: Released, schemas: readonly SchemaFile[]): readonly string[] => {
  const { name, file, fingerprint, definition } = version;
  if (!file.endsWith(`${fingerprint}.avsc`)) return [`${file}: its content is ${fingerprint}; a released schema stays`];
  const today = schemas.find(schema => schema.name === name);
  if (today === undefined) return [`${name}.avsc is gone, but was released as ${file}`];
  return incompatibilities(today.definition, definition).map(
    why => `${name}.avsc cannot follow ${file}: ${why}. Give new fields a default, keep types and required fields`,
  );
};

const unreleased = async (folder: string): Promise<readonly string[]> => {
  const released = new Set((await releasedIn(folder)).map(({ name, fingerprint }) => `${name}/${fingerprint}`));
  return (await schemasIn(folder))
    .filter(({ name, fingerprint }) => !released.has(`${name}/${fingerprint}`))
    .map(({ name }) => `${name}.avsc is not in the history. Run \`node scripts/schemas.ts release\``);
};

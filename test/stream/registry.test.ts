import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sharedSchemas } from '../../src/app/shared-schemas.ts';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { Unavailable } from '../../src/errors.ts';
import { InvalidSchema, type AvroDefinition } from '../../src/stream/definition.ts';
import { CorruptRegistry, directoryRegistry } from '../../src/stream/directory-registry.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';
import { memoryRegistry, type SchemaRegistry } from '../../src/stream/registry.ts';

const definition: AvroDefinition = {
  type: 'record',
  name: 'R',
  doc: 'kept with docs and defaults',
  fields: [{ name: 'a', type: 'int', default: 7 }],
};
const fingerprint = fingerprintOf(definition);
const file = `${fingerprint}.avsc`;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
  for (const documents of opened.splice(0)) await documents.close();
});

/** What one machine registers is found by another, which has never seen it. */
const opened: Documents[] = [];
function apart(): SchemaRegistry {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  opened.push(documents);
  return {
    register: each => sharedSchemas(memoryRegistry(), documents).register(each),
    find: reference => sharedSchemas(memoryRegistry(), documents).find(reference),
  };
}

const registries: Readonly<Record<string, () => SchemaRegistry>> = {
  memory: () => memoryRegistry(),
  'machines apart': apart,
  directory: () => directoryRegistry({ directory: join(directory, 'made', 'when', 'needed') }),
};

describe.each(Object.entries(registries))('a %s registry', (_name, open) => {
  test('finds what was registered, as it was registered', async () => {
    const registry = open();
    await registry.register(definition);
    expect(await registry.find(fingerprint)).toEqual(definition);
  });

  test('does not know what was not', async () => {
    const registry = open();
    expect(await registry.find(fingerprint)).toBeUndefined();
    await registry.register('int');
    expect(await registry.find(fingerprint)).toBeUndefined();
  });

  test('keeps the first of two definitions with the same fingerprint', async () => {
    const registry = open();
    await registry.register(definition);
    await registry.register({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'int' }] });
    expect(await registry.find(fingerprint)).toEqual(definition);
  });

  test('holds many side by side, also when they are registered at the same time', async () => {
    const registry = open();
    const many = Array.from({ length: 20 }, (_, i): AvroDefinition => ({ type: 'fixed', name: `F${i}`, size: i }));
    await Promise.all([...many, ...many].map(async each => registry.register(each)));
    for (const each of many) expect(await registry.find(fingerprintOf(each))).toEqual(each);
  });

  test('refuses what is no schema', async () => {
    await expect(open().register('nonsense')).rejects.toThrow(InvalidSchema);
  });

  test.each(['', '../../etc/passwd', 'F'.repeat(16), `${fingerprint}0`])('knows no fingerprint %j', async other => {
    const registry = open();
    await registry.register(definition);
    expect(await registry.find(other)).toBeUndefined();
  });
});

describe('a directory registry', () => {
  test('finds after a restart what another one registered', async () => {
    await directoryRegistry({ directory }).register(definition);
    expect(await directoryRegistry({ directory }).find(fingerprint)).toEqual(definition);
  });

  test('leaves one whole file for a schema and nothing beside it', async () => {
    const registry = directoryRegistry({ directory });
    await Promise.all(Array.from({ length: 8 }, async () => registry.register(definition)));
    expect(await readdir(directory)).toEqual([file]);
    expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).toEqual(definition);
  });

  test.each([
    ['of another schema', '"string"'],
    ['cut short', '{"type":'],
    ['of no schema', '{"type": "nonsense"}'],
  ])('says so when a file is %s, instead of reading with it', async (_, text) => {
    await writeFile(join(directory, file), text);
    await expect(directoryRegistry({ directory }).find(fingerprint)).rejects.toThrow(CorruptRegistry);
  });

  test('is unavailable, not empty, when its directory cannot be read or written', async () => {
    const blocked = directoryRegistry({ directory: join(directory, file) });
    await writeFile(join(directory, file), '');
    await expect(blocked.find(fingerprint)).rejects.toThrow(Unavailable);
    await expect(blocked.register(definition)).rejects.toThrow(Unavailable);
  });
});

test('a memory registry begins with the definitions it is given', async () => {
  expect(await memoryRegistry([definition]).find(fingerprint)).toEqual(definition);
});

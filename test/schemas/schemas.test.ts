import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findings, unsafe } from '../../scripts/schemas/check.ts';
import { run } from '../../scripts/run.ts';
import { schemasIn } from '../../scripts/schemas/files.ts';
import type { AvroObject } from '../../src/stream/definition.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { schema } from '../../src/stream/schema.ts';
import * as types from '../../schemas/types.ts';

const root = resolve(import.meta.dirname, '../..');
const ours = join(root, 'schemas');

/** A copy of the repository's schemas, to be changed. */
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-schemas-'));
  await cp(ours, folder, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const command = async (name: string): Promise<{ status: number | null; output: string }> =>
  run({
    command: process.execPath,
    given: [join(root, 'scripts/schemas.ts'), name, folder],
    folder: root,
    limit_ms: 60_000,
  });

const replaceIn = async (name: string, before: string, after: string): Promise<void> => {
  const file = join(folder, `${name}.avsc`);
  const text = JSON.stringify(JSON.parse(await readFile(file, 'utf8')));
  expect(text).toContain(before);
  await writeFile(file, text.replace(before, after));
};

const edit = async (name: string, change: (fields: AvroObject['fields'] & object) => AvroObject['fields']) => {
  const file = join(folder, `${name}.avsc`);
  const definition: AvroObject = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...definition, fields: change(definition.fields ?? []) }));
};

describe("the repository's schemas", () => {
  test('are in the history, as are their types', async () => {
    expect(await findings(ours)).toEqual([]);
  });

  test('are one for each stream', async () => {
    expect((await schemasIn(ours)).map(({ name }) => name)).toEqual([
      'dead-letter',
      'exposure',
      'item-trend',
      'item-vector',
      'item',
      'model-version',
      'rating',
      'recommendation',
      'user-vector',
    ]);
  });

  test('say of each field what it is', async () => {
    for (const { definition } of await schemasIn(ours)) {
      const fields = JSON.stringify(definition).split('{"name":').length;
      expect(JSON.stringify(definition).split('"doc":').length).toBeGreaterThanOrEqual(fields);
    }
  });

  test('give their generated type a schema that writes and reads it', () => {
    const rating: types.Rating = {
      eventId: 'e',
      tenant: '',
      userId: 'u',
      sessionId: '',
      itemId: 'i',
      kind: 'view',
      value: 0.5,
      time: 1_700_000_000_000,
    };
    const buffer = Buffer.alloc(200);
    const end = types.ratingSchema.encode(rating, buffer, 0);
    expect(new Decoder(types.ratingSchema).decode(buffer, 0, end)).toEqual(expect.objectContaining(rating));
  });
});

describe('what drifts', () => {
  test('types that were edited fail the check, and are right again once generated', async () => {
    const file = join(folder, 'types.ts');
    await writeFile(file, `${await readFile(file, 'utf8')}// by hand\n`);
    const failed = await command('check');
    expect(failed).toMatchObject({ status: 1, output: expect.stringContaining('types.ts differs from the schemas') });
    expect(await command('generate')).toMatchObject({ status: 0 });
    expect(await findings(folder)).toEqual([]);
  });

  test('a doc that changed makes the types drift', async () => {
    await replaceIn('item', 'What people call it.', 'Its name.');
    expect(await findings(folder)).toEqual([expect.stringContaining('types.ts differs')]);
  });

  test('a record of the engine may not differ from what the engine uses', async () => {
    await replaceIn('model-version', '"epoch","type":"long"', '"epoch","type":"double"');
    await edit('dead-letter', fields => [...fields, { name: 'more', type: 'string', default: '' }]);
    expect(await unsafe(folder)).toEqual([
      expect.stringContaining('dead-letter.avsc: DeadLetter differs from that of src/stream/dead-letter.ts'),
      expect.stringContaining('model-version.avsc: Cut differs from that of src/stream/cut.ts'),
    ]);
  });
});

/**
 * One finding about each schema, that of the release whose file has the first name (names are hashes, so that is of any
 * age): a change is at odds with every release of it.
 */
const oneOfEach = (found: readonly string[]): string[] =>
  [...Map.groupBy(found, line => line.split(' ')[0]).values()].flatMap(lines => lines.slice(0, 1));

describe('an unsafe change', () => {
  test('a new field without default is refused by schema and field', async () => {
    await edit('rating', fields => [...fields, { name: 'device', type: 'string' }]);
    expect(await unsafe(folder)).toEqual([
      expect.stringMatching(
        /^rating\.avsc cannot follow history.rating.[0-9a-f]{16}\.avsc: millrace\.Rating\.device: is new and has no default/,
      ),
    ]);
  });

  test('a field without default that is gone is refused by schema and field', async () => {
    await edit('rating', fields => fields.filter(({ name }) => name !== 'eventId'));
    expect(await unsafe(folder)).toEqual([expect.stringContaining('millrace.Rating.eventId: is gone')]);
  });

  test('another type is refused by schema and field, however deep', async () => {
    await edit('rating', fields =>
      fields.map(field => (field.name === 'value' ? { ...field, type: 'string' } : field)),
    );
    await replaceIn('recommendation', '"score","type":"double"', '"score","type":"int"');
    await replaceIn('model-version', '"rmse","type":["null","double"]', '"rmse","type":["null","string"]');
    expect(oneOfEach(await unsafe(folder))).toEqual([
      expect.stringMatching(/^model-version.*millrace\.ModelVersion\.prequential\.rmse: cannot read/),
      expect.stringMatching(/^rating.*millrace\.Rating\.value: cannot read "double" as "string"/),
      expect.stringMatching(
        /^recommendation.*millrace\.Recommendation\.items\[\]\.score: cannot read "double" as "int"/,
      ),
    ]);
  });

  test('a symbol that is gone is refused', async () => {
    await replaceIn('rating', '"view",', '');
    expect(await unsafe(folder)).toEqual([expect.stringContaining('millrace.Rating.kind: cannot read')]);
  });

  test('a schema that is gone is refused', async () => {
    await rm(join(folder, 'exposure.avsc'));
    expect(oneOfEach(await unsafe(folder))).toEqual([
      expect.stringContaining('exposure.avsc is gone, but was released'),
    ]);
  });

  test('a released schema that was edited is refused', async () => {
    const [file = ''] = await readdir(join(folder, 'history/item'));
    await writeFile(join(folder, 'history/item', file), '"string"');
    expect(await unsafe(folder)).toEqual([expect.stringContaining('a released schema stays')]);
  });

  test('fails the check and is not released', async () => {
    await edit('rating', fields => [...fields, { name: 'device', type: 'string' }]);
    await command('generate');
    expect(await command('check')).toMatchObject({
      status: 1,
      output: expect.stringContaining('millrace.Rating.device'),
    });
    expect(await command('release')).toMatchObject({ status: 1 });
    expect(await readdir(join(folder, 'history/rating'))).toHaveLength(1);
  });
});

describe('a safe change', () => {
  test('a new field with a default passes once released, and reads what was written yesterday', async () => {
    await edit('rating', fields => [...fields, { name: 'device', type: 'string', default: 'unknown' }]);
    await command('generate');
    expect(await findings(folder)).toEqual([expect.stringContaining('rating.avsc is not in the history')]);
    expect(await command('release')).toMatchObject({ status: 0 });
    expect(await findings(folder)).toEqual([]);
    expect(await readdir(join(folder, 'history/rating'))).toHaveLength(2);

    const today = (await schemasIn(folder)).find(({ name }) => name === 'rating')?.definition ?? 'null';
    const yesterday = types.ratingSchema;
    const buffer = Buffer.alloc(200);
    const fields = { eventId: 'e', tenant: '', userId: 'u', sessionId: '', itemId: 'i', value: 4, time: 12 };
    const end = yesterday.encode({ ...fields, kind: 'rating' }, buffer, 0);
    const decoder = new Decoder(schema<unknown>(today));
    await decoder.learn(yesterday.fingerprint, memoryRegistry([yesterday.definition]));
    expect(decoder.decode(buffer, 0, end)).toMatchObject({ ...fields, kind: 'rating', device: 'unknown' });
  });

  test('a field that had a default may go, an int may become a double, a symbol may be added', async () => {
    await edit('item', fields => fields.filter(({ name }) => name !== 'tags'));
    await edit('user-vector', fields => fields.map(f => (f.name === 'exponent' ? { ...f, type: 'double' } : f)));
    await replaceIn('rating', '"erase"', '"erase","click"');
    expect(await unsafe(folder)).toEqual([]);
  });
});

test('a command that does not exist is misuse', async () => {
  expect(await command('tidy')).toMatchObject({ status: 2, output: expect.stringContaining("'tidy' is no command") });
});

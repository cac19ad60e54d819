/** Schemas of machines that share documents: each finds what any of them has registered, and what was ever released. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CorruptSchema, patientSchemas, schemasCollection, sharedSchemas } from '../../src/app/shared-schemas.ts';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { Unavailable } from '../../src/errors.ts';
import { parseDefinition } from '../../src/stream/avro.ts';
import { type AvroDefinition, InvalidSchema } from '../../src/stream/definition.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { root } from '../../scripts/results.ts';

const definition: AvroDefinition = {
  type: 'record',
  name: 'R',
  doc: 'kept with docs and defaults',
  fields: [{ name: 'a', type: 'int', default: 7 }],
};
const fingerprint = fingerprintOf(definition);
const key = { collection: schemasCollection, partition: 'shared', id: fingerprint };
let documents: Documents;
let calls: string[];

beforeEach(() => {
  calls = [];
  documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
});
afterEach(() => documents.close());

const counted = (): Pick<Documents, 'get' | 'put'> => ({
  get: asked => {
    calls.push(`get ${asked.id}`);
    return documents.get(asked);
  },
  put: (asked, body, condition) => {
    calls.push(`put ${asked.id}`);
    return documents.put(asked, body, condition);
  },
});
const machine = (shared?: Pick<Documents, 'get' | 'put'>) => sharedSchemas(memoryRegistry(), shared);

test('what one machine has registered another finds, as it was registered, and asks for it once', async () => {
  const one = machine(counted());
  await one.register(definition);
  await one.register(definition);
  await machine(documents).register(definition);
  expect(calls.splice(0)).toEqual([`put ${fingerprint}`]);
  const other = machine(counted());
  expect(await other.find(fingerprint)).toEqual(definition);
  expect(await other.find(fingerprint)).toEqual(definition);
  expect(calls).toEqual([`get ${fingerprint}`]);
  expect(await machine().find(fingerprint)).toBeUndefined();
});

test('every schema of the history is known without anybody who had registered it', async () => {
  const history = join(root, 'schemas/history');
  const files = readdirSync(history, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.avsc'));
  expect(files.length).toBeGreaterThan(10);
  const alone = machine(counted());
  for (const file of files) {
    const released = parseDefinition(readFileSync(join(history, file), 'utf8'));
    expect(await alone.find(fingerprintOf(released))).toEqual(released);
  }
  expect(calls).toEqual([]);
});

test('before a schema is taken for unknown something is written, so that readers that lag behind writers have seen it', async () => {
  await machine(documents).register(definition);
  let hasWritten = false;
  const lagging: Pick<Documents, 'get' | 'put'> = {
    get: async asked => (hasWritten ? documents.get(asked) : undefined),
    put: (asked, body, condition) => {
      hasWritten = true;
      return documents.put(asked, body, condition);
    },
  };
  expect(await machine(lagging).find(fingerprint)).toEqual(definition);
  expect(await machine(documents).find('0123456789abcdef')).toBeUndefined();
});

test('ids of registries and what is no fingerprint are not asked of the documents', async () => {
  for (const reference of ['confluent:7', 'azure:00', '', '../../etc/passwd', 'F'.repeat(16)])
    expect(await machine(counted()).find(reference)).toBeUndefined();
  expect(calls).toEqual([]);
});

test.each([{ definition: '"string"' }, { definition: '{"type":' }, { other: 1 }])(
  'a document %j is not read with',
  async body => {
    await documents.put(key, body, 'always');
    await expect(machine(documents).find(fingerprint)).rejects.toThrow(CorruptSchema);
    await expect(machine(documents).find(fingerprint)).rejects.toThrow(fingerprint);
  },
);

test('documents that are away are waited for, and no schema is unknown because of it', async () => {
  const away = async () => Promise.reject(new Unavailable('Documents are away', 'Wait'));
  await expect(machine({ get: away, put: away }).find(fingerprint)).rejects.toThrow(Unavailable);
  await expect(machine({ get: away, put: away }).register(definition)).rejects.toThrow(Unavailable);
});

test('who cannot begin without it waits for documents that are away, until it is told to stop', async () => {
  let failures = 3;
  const waits: string[] = [];
  const away = async () => Promise.reject(new Unavailable('Documents are away', 'Wait'));
  const put: Documents['put'] = (...given) => (failures-- > 0 ? away() : documents.put(...given));
  const stop = new AbortController();
  const clock = { ...systemClock, sleep: async () => {} };
  const waiting = { clock, signal: stop.signal, onWait: (what: string) => waits.push(what) };
  const patient = patientSchemas(machine({ get: asked => documents.get(asked), put }), waiting);
  await patient.register(definition);
  expect(waits).toEqual(['registry', 'registry', 'registry']);
  expect(await patient.find(fingerprint)).toEqual(definition);
  stop.abort();
  await patientSchemas(machine({ get: away, put: away }), waiting).register(definition);
  await expect(patientSchemas(machine(documents), waiting).register('nonsense')).rejects.toThrow(InvalidSchema);
});

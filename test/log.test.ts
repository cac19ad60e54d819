/** `millrace/log`: what a program beside the engine sends and reads. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, NothingThere, openClient } from '../src/log.ts';
import { openEmbedded } from '../src/app/compose.ts';
import { schema } from '../src/stream/schema.ts';
import { stream } from '../src/stream/stream.ts';
import { partitionOf } from '../src/transport/partitioner.ts';
import { records } from './support/consumer.ts';

interface Note {
  readonly id: string;
  readonly at: number;
}

const notes = stream<Note>('notes', {
  schema: schema({
    type: 'record',
    name: 'Note',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: note => note.id,
  time: note => note.at,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-client-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test('what is sent stands in the log by its key, once it is said to, and its schema in the registry', async () => {
  await using ports = await openEmbedded(folder);
  await ports.transport.createTopic('notes', { partitions: 3 });
  await using client: Client = await openClient({ data: folder });
  const sent = Array.from({ length: 2_500 }, (_, at) => ({ id: `n${at}`, at }));
  await client.send(notes, sent.slice(0, 1));
  expect(await records(ports.transport, notes)).toHaveLength(1);
  await client.send(
    notes,
    (async function* later() {
      yield* sent.slice(1);
    })(),
  );
  const found = await records(ports.transport, notes);
  expect(found.map(({ value }) => value).sort((a, b) => (a?.at ?? 0) - (b?.at ?? 0))).toEqual(sent);
  for (const { value, partition, producer } of found)
    expect({ partition, producer }).toEqual({ partition: partitionOf(value?.id ?? '', 3), producer: '@0' });
  expect(await ports.registry.find(notes.schema.fingerprint)).toEqual(notes.schema.definition);
});

test('documents are read one by one and all together, over many pages', async () => {
  await using ports = await openEmbedded(folder);
  await ports.transport.createTopic('notes', { partitions: 1 });
  await using client = await openClient({ data: folder });
  const ids = Array.from({ length: 2_001 }, (_, n) => `d${String(n).padStart(4, '0')}`);
  const version = { lineage: 1, epoch: 1, seq: 1 };
  await ports.documents.write(
    ids.map(id => ({ collection: 'all', partition: 'p', id, task: 't/0', version, body: { id } })),
  );
  expect(await client.document('all', 'd0007', 'p')).toEqual({ id: 'd0007' });
  expect(await client.document('all', 'd0007')).toBeUndefined();
  expect((await all(client.documents('all'))).map(({ id }) => id)).toEqual(ids);
  expect(await all(client.documents('none'))).toEqual([]);
});

test('a folder without a log is not begun, and a stream that nobody reads is refused', async () => {
  mkdirSync(join(folder, 'empty'));
  await expect(openClient({ data: join(folder, 'empty') })).rejects.toThrow(NothingThere);
  await (await openEmbedded(folder))[Symbol.asyncDispose]();
  await using client = await openClient({ data: folder });
  await expect(client.send(notes, [{ id: 'a', at: 1 }])).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC',
    remedy: expect.stringContaining('millrace run'),
  });
});

test('a value that its schema cannot hold is refused where it is sent', async () => {
  await using ports = await openEmbedded(folder);
  await ports.transport.createTopic('notes', { partitions: 1 });
  await using client = await openClient({ data: folder });
  await expect(client.send(notes, [{ id: 'a', at: 0.5 }])).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
  expect(await records(ports.transport, notes)).toEqual([]);
});

test('with documents elsewhere the log has to be somewhere, too, and what is wrong is named', async () => {
  const cosmos = { endpoint: 'https://a.documents.azure.com', database: 'shop' };
  await expect(openClient({ data: join(folder, 'empty'), cosmos })).rejects.toThrow(NothingThere);
  await using ports = await openEmbedded(folder);
  await ports.transport.createTopic('notes', { partitions: 1 });
  await expect(openClient({ data: folder, cosmos: { database: 'shop' } })).rejects.toThrow(
    /openClient: documents is "cosmos", and no account is named/,
  );
  const wrong = { ...cosmos, container: 'x' };
  await expect(openClient({ data: folder, cosmos: wrong })).rejects.toThrow(/no setting 'cosmos\.container'/);
  const schemas = { write: 'confluent' } as const;
  await expect(openClient({ data: folder, kafka: { brokers: ['here:9092'] }, schemas })).rejects.toThrow(
    /openClient: .*schemas\.confluent\.url/s,
  );
});

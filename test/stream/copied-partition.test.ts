/** A partition that is copied to another log, in one go or in many: each record once, in order, with its schema. */
import { expect, test } from 'vitest';
import {
  type CopyOptions,
  copyPartition,
  CopyDiffers,
  type CopyTarget,
  RegistryUnnamed,
} from '../../src/stream/copied-partition.ts';
import { appendFromOutside, recordOf, recordOfBytes } from '../../src/stream/outside.ts';
import { memoryRegistry, type SchemaRegistry } from '../../src/stream/registry.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { Unavailable } from '../../src/errors.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Append, Transport } from '../../src/transport/port.ts';
import { BatchBuilder, BatchCursor, Kind, outside, RecordTooLarge } from '../../src/transport/record.ts';
import { redactedBatch } from '../../src/transport/redact.ts';

interface Note {
  readonly author: string;
  readonly text: string;
}

const noteSchema = schema<Note>({
  type: 'record',
  name: 'Note',
  fields: [
    { name: 'author', type: 'string' },
    { name: 'text', type: 'string' },
  ],
});
/** As a release before wrote them. */
const formerSchema = schema<Pick<Note, 'text'>>({
  type: 'record',
  name: 'Note',
  fields: [{ name: 'text', type: 'string' }],
});
const notes = stream('notes', { schema: noteSchema, key: note => note.author, time: () => 0 });
const at = { topic: notes.name, partition: 0 };
const never = new AbortController().signal;
const options: CopyOptions = { signal: never };

async function open(registry: SchemaRegistry = memoryRegistry([noteSchema.definition])) {
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => 0 });
  await transport.createTopic(notes.name, { partitions: 1 });
  return { transport, registry, [Symbol.asyncDispose]: () => transport.close() };
}

const note = (n: number): Note => ({ author: `author ${n % 13}`, text: `${n} ${'x'.repeat(n % 700)}` });

/** So many, in batches as different producers make them. */
async function written(transport: Transport, from: number, count: number): Promise<void> {
  for (let n = from, size = 1; n < from + count; n += size, size = (size * 7) % 61) {
    const some = Array.from({ length: Math.min(size, from + count - n) }, (_, k) => ({
      ...recordOf(notes, note(n + k)),
      trace: n % 2 === 0 ? `trace ${n + k}` : '',
    }));
    await appendFromOutside(transport, notes.name, some, 1_000 + n);
  }
}

/** What stands there, byte by byte. */
async function standing(transport: Transport) {
  const { end } = await transport.bounds(at);
  const found: unknown[] = [];
  for (let from = 0; from < end;) {
    for (const batch of await transport.read({ ...at, from, to: end, maxRecords: 10_000, maxBytes: 1 << 26 })) {
      const record = new BatchCursor(batch);
      while (record.next()) {
        const { offset, kind, watermark, origin, producer } = record;
        const value = record.value().toString('hex');
        found.push({ offset, kind, watermark, origin, producer, key: record.key(), trace: record.trace(), value });
      }
      from = batch.firstOffset + batch.records;
    }
  }
  return found;
}

test('every record goes to the same offset, with key, trace, value and the time at which it entered the log that it comes from', async () => {
  await using source = await open();
  await using target = await open();
  await written(source.transport, 0, 5_000);
  expect(await copyPartition(source, target, at, options)).toEqual({ copied: 5_000, before: 0, gone: 0, unknown: 0 });
  expect(await standing(target.transport)).toEqual(await standing(source.transport));
  const [first] = await standing(target.transport);
  expect(first).toMatchObject({ origin: 1_000 });
});

test('a copy goes on where the one before stood, and brings what came meanwhile', async () => {
  await using source = await open();
  await using target = await open();
  await written(source.transport, 0, 700);
  await copyPartition(source, target, at, options);
  expect(await copyPartition(source, target, at, options)).toEqual({ copied: 0, before: 700, gone: 0, unknown: 0 });
  await written(source.transport, 700, 40);
  expect(await copyPartition(source, target, at, options)).toEqual({ copied: 40, before: 700, gone: 0, unknown: 0 });
  expect(await standing(target.transport)).toEqual(await standing(source.transport));
});

test.each(['before it appends', 'when it has appended a part', 'when it has appended all, and is not told'])(
  'a log that fails %s leaves a copy that the next one goes on with',
  async when => {
    await using source = await open();
    await using target = await open();
    await written(source.transport, 0, 9_000);
    let copies = 0;
    for (let isDone = false; !isDone; copies++) {
      let appends = 0;
      const append = async (given: readonly Append[]) => {
        if (++appends <= 1) return target.transport.append(given);
        if (when.includes('a part'))
          await target.transport.append(
            given.map(one => ({ ...one, batches: one.batches.slice(0, Math.ceil(one.batches.length / 3)) })),
          );
        if (when.includes('all')) await target.transport.append(given);
        throw new Unavailable('The log is away', 'Wait');
      };
      const failing: CopyTarget = { ...target, transport: { ...partsOf(target.transport), append } };
      isDone = await copyPartition(source, failing, at, options).then(() => true, isAway);
    }
    expect(copies).toBeGreaterThan(2);
    expect(await standing(target.transport)).toEqual(await standing(source.transport));
  },
);

/** False, if it is what the log throws. */
function isAway(error: unknown): false {
  if (error instanceof Unavailable) return false;
  throw error;
}

const partsOf = (log: Transport): Pick<Transport, 'bounds' | 'read'> => ({
  bounds: place => log.bounds(place),
  read: request => log.read(request),
});

test('one that is told to end stops after what is in the log, and goes on another time', async () => {
  await using source = await open();
  await using target = await open();
  await written(source.transport, 0, 6_000);
  const stop = new AbortController();
  let appends = 0;
  const append = (given: readonly Append[]) => {
    if (++appends === 2) stop.abort();
    return target.transport.append(given);
  };
  const stopping = { ...target, transport: { ...partsOf(target.transport), append } };
  const { copied } = await copyPartition(source, stopping, at, { ...options, signal: stop.signal });
  expect(copied).toBeGreaterThan(1_000);
  expect(copied).toBeLessThan(6_000);
  expect((await target.transport.bounds(at)).end).toBe(copied);
  await copyPartition(source, target, at, options);
  expect(await standing(target.transport)).toEqual(await standing(source.transport));
});

test('what somebody else has written there is named, and nothing is appended to it', async () => {
  await using source = await open();
  await written(source.transport, 0, 100);
  await using other = await open();
  await written(other.transport, 0, 10);
  await written(other.transport, 50, 1);
  await expect(copyPartition(source, other, at, options)).rejects.toThrow(
    /notes\/0 .* has another record at offset 10 than is copied from offset 10/,
  );
  expect((await other.transport.bounds(at)).end).toBe(11);
  await using longer = await open();
  await written(longer.transport, 0, 103);
  await expect(copyPartition(source, longer, at, options)).rejects.toThrow(
    /has a record at offset 100 that is no copy/,
  );
  await expect(copyPartition(source, longer, at, options)).rejects.toThrow(CopyDiffers);
});

test.each([
  { count: 6_000, noticed: 2 },
  { count: 100, noticed: 1 },
])(
  'who writes there beside a copy of $count, or a log that takes a request twice, is noticed at append $noticed',
  async ({ count, noticed }) => {
    await using source = await open();
    await using target = await open();
    await written(source.transport, 0, count);
    let appends = 0;
    const append = async (given: readonly Append[]) => {
      const answer = await target.transport.append(given);
      if (++appends === 1) await target.transport.append(given);
      return answer;
    };
    const doubling: CopyTarget = { ...target, transport: { ...partsOf(target.transport), append } };
    const copied = copyPartition(source, doubling, at, options);
    await expect(copied).rejects.toThrow(
      /notes\/0 .* has got records of somebody else meanwhile, or some of these twice/,
    );
    await expect(copied).rejects.toThrow(CopyDiffers);
    expect(appends).toBe(noticed);
    await expect(copyPartition(source, target, at, options)).rejects.toThrow(CopyDiffers);
  },
);

test('schemas go along, that of a former release too; what a registry had numbered becomes a single object', async () => {
  const ids = memoryRegistry([noteSchema.definition, formerSchema.definition]);
  const known = new Map([['confluent:7', formerSchema.definition]]);
  const registry: SchemaRegistry = {
    register: definition => ids.register(definition),
    find: async reference => known.get(reference) ?? ids.find(reference),
  };
  await using source = await open(registry);
  const target = { ...(await open(memoryRegistry())) };
  const former = encoded(value => formerSchema.encode({ text: 'of old' }, value, 0));
  const numbered = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), former.subarray(10)]);
  const unknown = Buffer.from([0, 0, 0, 0, 8, 1, 2, 3]);
  const noValue = Buffer.from('no value at all');
  const values = [encoded(value => noteSchema.encode(note(1), value, 0)), former, numbered, unknown, noValue];
  await appendFromOutside(
    source.transport,
    notes.name,
    values.map(value => recordOfBytes('k', value)),
    5,
  );
  expect(await copyPartition(source, target, at, options)).toEqual({ copied: 5, before: 0, gone: 0, unknown: 1 });
  const hex = [values[0], former, former, unknown, noValue].map(value => value?.toString('hex'));
  expect(await standing(target.transport)).toMatchObject(hex.map(value => ({ value })));
  expect(await target.registry.find(noteSchema.fingerprint)).toEqual(noteSchema.definition);
  expect(await target.registry.find(formerSchema.fingerprint)).toEqual(formerSchema.definition);
  expect(await copyPartition(source, target, at, options)).toMatchObject({ copied: 0, before: 5 });
  await target.transport.close();
});

test('a record that names a schema of a registry that nobody has named ends the copy, which goes on once it is', async () => {
  await using source = await open();
  await using target = await open();
  await written(source.transport, 0, 3);
  const numbered = Buffer.from([0, 0, 0, 0, 7, 1, 2, 3]);
  await appendFromOutside(source.transport, notes.name, [recordOfBytes('k', numbered)], 5);
  const unasked = (reference: string) => (reference === 'confluent:7' ? 'schemas.confluent.url' : undefined);
  const copied = copyPartition({ ...source, unasked }, target, at, options);
  await expect(copied).rejects.toThrow(
    /notes\/0@3 .* names the id 7 of a Confluent registry, .* Set schemas\.confluent\.url/,
  );
  await expect(copied).rejects.toThrow(RegistryUnnamed);
  expect((await target.transport.bounds(at)).end).toBe(0);
  expect(await copyPartition(source, target, at, options)).toMatchObject({ copied: 4, unknown: 1 });
});

function encoded(write: (buffer: Buffer) => number): Buffer {
  const buffer = Buffer.alloc(1_000);
  return buffer.subarray(0, write(buffer));
}

test('a record of another client that is larger than ours goes along; a log that does not take it is told which', async () => {
  await using source = await open();
  await using target = await open();
  const large = Buffer.alloc(1_040_000, 1);
  for (const value of [Buffer.from('before'), large, Buffer.from('behind')]) {
    const builder = new BatchBuilder(outside, 0, Infinity);
    builder.add({ kind: Kind.value, watermark: -Infinity, origin: 1, key: 'k', trace: '' }, (buffer, start) => {
      const end = start + value.length;
      return end > buffer.length ? buffer.length - end : start + value.copy(buffer, start);
    });
    await source.transport.append([{ ...at, batches: builder.take() }]);
  }
  const append = async (given: readonly Append[]) => {
    if (given.some(({ batches }) => batches.some(({ bytes }) => bytes.length > 1_000_000)))
      throw new RecordTooLarge('The broker refuses it', 'Raise its limit');
    return target.transport.append(given);
  };
  const narrow: CopyTarget = { ...target, transport: { ...partsOf(target.transport), append } };
  const copied = copyPartition(source, narrow, at, options);
  await expect(copied).rejects.toThrow(/notes\/0 .* does not take the 1040001 bytes .* at offset 1\./);
  await expect(copied).rejects.toThrow(RecordTooLarge);
  expect(await copyPartition(source, target, at, options)).toMatchObject({ copied: 2, before: 1 });
  expect(await standing(target.transport)).toEqual(await standing(source.transport));
});

test('redacted records, markers and sequences of a task stay what they are', async () => {
  await using source = await open();
  await using target = await open();
  const task = { name: 'other/0', lineage: 2, epoch: 9 };
  const value = encoded(buffer => noteSchema.encode(note(3), buffer, 0));
  const write = (buffer: Buffer, start: number) =>
    start + value.length > buffer.length ? buffer.length - start - value.length : start + value.copy(buffer, start);
  const [mine, theirs] = [new BatchBuilder(outside, 0), new BatchBuilder(task, 40)];
  for (const builder of [mine, theirs])
    for (const kind of [Kind.value, Kind.value])
      builder.add({ kind, watermark: 4, origin: 1, key: 'k', trace: '' }, write);
  theirs.add({ kind: Kind.marker, watermark: 8, origin: 1, key: '', trace: '' }, (_, end) => end);
  const [batch] = mine.take();
  if (batch === undefined) throw new Error('there is a batch');
  const redacted = redactedBatch({ ...batch, firstOffset: 0 }, new Map([[1, 123]]));
  await source.transport.append([{ ...at, batches: [redacted, ...theirs.take()] }]);
  expect(await copyPartition(source, target, at, options)).toMatchObject({ copied: 5 });
  const found = await standing(target.transport);
  expect(found).toEqual(await standing(source.transport));
  expect(found).toMatchObject([
    { kind: Kind.value, producer: '' },
    { kind: Kind.redacted, watermark: 123, key: '', value: '' },
    { producer: 'other/0' },
    {},
    { kind: Kind.marker, watermark: 8 },
  ]);
  const [, second] = await target.transport.read({ ...at, from: 0, maxRecords: 10, maxBytes: 1 << 20 });
  const record = new BatchCursor(second ?? { firstOffset: 0, records: 0, bytes: Buffer.alloc(0) });
  expect(record.next() && { sequence: record.sequence, lineage: record.lineage, epoch: record.epoch }).toEqual({
    sequence: 40,
    lineage: 2,
    epoch: 9,
  });
});

test('what retention has removed at the front is told; where it was removed from the copy nothing can be compared', async () => {
  await using source = await open();
  await using target = await open();
  await source.transport.deleteTopic(notes.name);
  await source.transport.createTopic(notes.name, { partitions: 1, retentionMs: 10 });
  await written(source.transport, 0, 1);
  await source.transport.applyRetention(1e6);
  await written(source.transport, 1, 1);
  const { start, end } = await source.transport.bounds(at);
  expect([start, end]).toEqual([1, 2]);
  expect(await copyPartition(source, target, at, options)).toEqual({ copied: 1, before: 0, gone: 1, unknown: 0 });
  await expect(copyPartition(target, source, at, options)).rejects.toThrow(
    /has lost what stood before offset 1 to retention/,
  );
});

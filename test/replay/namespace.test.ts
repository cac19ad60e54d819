/** The ports as a namespace sees them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteStateStore } from '../../src/engine/state/sqlite.ts';
import { namespaceStore } from '../../src/replay/checkpoints.ts';
import { namespaceDocuments } from '../../src/replay/documents.ts';
import type { Namespace, Source } from '../../src/replay/namespace.ts';
import { namespaceTransport } from '../../src/replay/transport.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { OffsetOutOfRange, type Transport } from '../../src/transport/port.ts';
import { BatchCursor, type RecordBatch } from '../../src/transport/record.ts';
import { withHoles } from '../support/holes.ts';
import { namespaceOf } from '../support/namespace.ts';
import { batchesOf, numbered, readAll, valuesOf } from '../transport/records.ts';

const at = { topic: 'ratings', partition: 0 };
const never = new AbortController().signal;
const wide = { maxRecords: 10_000, maxBytes: 10_000_000 };

const namespace = (more: Partial<Namespace> = {}): Namespace =>
  namespaceOf({
    topologies: ['trends'],
    topics: ['item-trends', 'dead-letters'].map(topic => ({ topic, partitions: 2 })),
    collections: ['aggregates'],
    ...more,
  });
const source = (more: Partial<Source> = {}): Source => ({ ...at, from: 0, to: null, captured: null, ...more });

let log: Transport;
beforeEach(async () => {
  log = openEmbeddedLog({ path: ':memory:' });
  await log.createTopic('ratings', { partitions: 1 });
  await log.createTopic('item-trends', { partitions: 1 });
});
afterEach(() => log.close());

const append = (transport: Transport, topic: string, ...values: string[]) =>
  transport.append([{ topic, partition: 0, batches: batchesOf(...values) }]);
const values = async (transport: Transport, topic: string) =>
  (await readAll(transport, { topic, partition: 0 })).map(record => record.value);

/** Offset, value and sequence of each record. */
function placesOf(batches: readonly RecordBatch[]): string[] {
  const places: string[] = [];
  for (const batch of batches) {
    const record = new BatchCursor(batch);
    while (record.next()) places.push(`${record.offset} ${record.value().toString()} ${record.sequence}`);
  }
  return places;
}

describe('the log in a namespace', () => {
  test('has topics of its own beside those of the same name', async () => {
    const inside = namespaceTransport(log, namespace());
    await append(log, 'item-trends', 'live');
    await inside.createTopic('item-trends', { partitions: 2 });
    await append(inside, 'item-trends', 'replayed');
    expect(await values(log, 'item-trends')).toEqual(['live']);
    expect(await values(inside, 'item-trends')).toEqual(['replayed']);
    expect(await values(log, 'b.item-trends')).toEqual(['replayed']);
    expect(await inside.topics()).toEqual([
      { topic: 'item-trends', partitions: 2 },
      { topic: 'ratings', partitions: 1 },
    ]);
  });

  test('reads what is not its own from the live topics', async () => {
    const inside = namespaceTransport(log, namespace());
    await append(log, 'ratings', 'a', 'b');
    expect(await values(inside, 'ratings')).toEqual(['a', 'b']);
  });

  test('keeps the offsets of its groups apart', async () => {
    const inside = namespaceTransport(log, namespace());
    await inside.createTopic('item-trends', { partitions: 1 });
    await log.commit('trends', [{ ...at, offset: 0 }]);
    await inside.commit('trends', [
      { ...at, offset: 7 },
      { topic: 'item-trends', partition: 0, offset: 2 },
    ]);
    expect(await log.committed('trends')).toEqual([{ ...at, offset: 0 }]);
    expect(await inside.committed('trends')).toEqual([
      { topic: 'item-trends', partition: 0, offset: 2 },
      { ...at, offset: 7 },
    ]);
  });

  test('ends a source exactly where the replay does, also inside a batch', async () => {
    await append(log, 'ratings', ...numbered('a', 10));
    const inside = namespaceTransport(log, namespace({ sources: [source({ to: 4 })] }));
    expect(await inside.bounds(at)).toEqual({ start: 0, end: 4 });
    const batches = await inside.read({ ...at, from: 0, ...wide });
    expect(batches.map(({ records }) => records)).toEqual([4]);
    expect(valuesOf(batches)).toEqual(numbered('a', 4));
    expect(await inside.read({ ...at, from: 4, ...wide })).toEqual([]);
    await expect(inside.read({ ...at, from: 5, ...wide })).rejects.toThrow(OffsetOutOfRange);
  });

  test('ends a source where the replay does, also in a hole', async () => {
    await append(log, 'ratings', ...numbered('a', 6));
    // The record n has the offset 2n: 5 is a hole.
    const inside = namespaceTransport(withHoles(log), namespace({ sources: [source({ to: 5 })] }));
    expect(valuesOf(await inside.read({ ...at, from: 0, ...wide }))).toEqual(numbered('a', 3));
    expect(await inside.read({ ...at, from: 5, ...wide })).toEqual([]);
    const short = namespaceTransport(withHoles(log), namespace({ sources: [source({ to: 4 })] }));
    expect(await short.read({ ...at, from: 3, ...wide })).toMatchObject([{ firstOffset: 4, records: 0 }]);
  });

  test('is not woken by what comes after the end of the replay', async () => {
    await append(log, 'ratings', ...numbered('a', 4));
    const inside = namespaceTransport(log, namespace({ sources: [source({ to: 4 })] }));
    const abort = new AbortController();
    let woken = false;
    const grown = inside.grown([{ ...at, offset: 4 }], abort.signal).then(() => (woken = true));
    await append(log, 'ratings', 'later');
    await log.grown([{ ...at, offset: 4 }], never);
    expect(woken).toBe(false);
    abort.abort();
    await grown;
  });

  test('joins captured records and the log under the offsets of the log', async () => {
    await log.createTopic('b.ratings', { partitions: 1 });
    await append(log, 'b.ratings', ...numbered('old', 3));
    await append(log, 'ratings', ...numbered('lost', 5));
    await append(log, 'ratings', ...numbered('new', 2));
    // Captured: offsets 2, 3, 4; the log is read from 5 on.
    const inside = namespaceTransport(log, namespace({ sources: [source({ captured: { first: 2, next: 5 } })] }));
    expect(await inside.bounds(at)).toEqual({ start: 2, end: 7 });
    const records = await readAll(inside, at);
    expect(records.map(({ offset, value }) => `${offset} ${value}`)).toEqual([
      '2 old0',
      '3 old1',
      '4 old2',
      '5 new0',
      '6 new1',
    ]);
    await expect(inside.read({ ...at, from: 1, ...wide })).rejects.toThrow(OffsetOutOfRange);
    await inside.grown([{ ...at, offset: 4 }], never);
  });

  test('reads past the end of what was captured, which is not the end of the log', async () => {
    await log.createTopic('b.ratings', { partitions: 1 });
    await append(log, 'b.ratings', ...numbered('old', 3));
    await append(log, 'ratings', ...numbered('lost', 7));
    await append(log, 'ratings', ...numbered('new', 2));
    // Captured: offsets 2, 3, 4, which end in the middle of a batch of the log.
    const inside = namespaceTransport(log, namespace({ sources: [source({ captured: { first: 2, next: 5 } })] }));
    const expected = ['2 old0 0', '3 old1 1', '4 old2 2', '5 lost5 5', '6 lost6 6', '7 new0 0', '8 new1 1'];
    expect(placesOf(await inside.read({ ...at, from: 2, ...wide }))).toEqual(expected);
    // As many as were asked for, at the least.
    expect(placesOf(await inside.read({ ...at, from: 2, ...wide, maxRecords: 3 }))).toEqual(expected.slice(0, 3));
    expect(placesOf(await inside.read({ ...at, from: 2, ...wide, maxRecords: 4 })).slice(0, 4)).toEqual(
      expected.slice(0, 4),
    );
    expect(placesOf(await inside.read({ ...at, from: 2, ...wide, to: 5 }))).toEqual(expected.slice(0, 3));
  });
});

describe('documents in a namespace', () => {
  let documents: Documents;
  beforeEach(() => {
    documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  });
  afterEach(() => documents.close());

  const key = { collection: 'aggregates', partition: 'p', id: 'i' };
  const version = { lineage: 0, epoch: 1, seq: 0 };

  test('are collections and journals of their own, under the same names', async () => {
    const inside = namespaceDocuments(documents, namespace());
    await documents.write([{ ...key, task: 'trends/0', version, body: { of: 'live' } }]);
    await inside.write([{ ...key, task: 'trends/0', version, body: { of: 'replay' } }]);
    expect((await documents.get(key))?.body).toEqual({ of: 'live' });
    expect(await inside.get(key)).toMatchObject({ ...key, body: { of: 'replay' } });
    expect((await inside.changes('aggregates', undefined, 9)).documents).toMatchObject([
      { ...key, body: { of: 'replay' } },
    ]);
    expect(await inside.list({ collection: 'aggregates', limit: 9 })).toMatchObject([
      { ...key, body: { of: 'replay' } },
    ]);
    const live = await documents.journal.takeFence('trends/0');
    const own = await inside.journal.takeFence('trends/0');
    await inside.journal.append('trends/0', own.fence, { epoch: 1, plan: 'of the replay' });
    await documents.journal.append('trends/0', live.fence, { epoch: 1, plan: 'of the live one' });
    expect(await documents.journal.after('trends/0', 0, 9)).toEqual([{ epoch: 1, plan: 'of the live one' }]);
  });

  test('of others are those of everybody', async () => {
    const inside = namespaceDocuments(documents, namespace());
    await inside.put({ ...key, collection: 'items' }, { shared: true }, 'always');
    expect((await documents.get({ ...key, collection: 'items' }))?.body).toEqual({ shared: true });
    const { fence } = await inside.journal.takeFence('intake/0');
    await documents.journal.append('intake/0', fence, { epoch: 1, plan: 'p' });
  });
});

test('checkpoints of the tasks of a namespace are its own', () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const inside = namespaceStore(store, namespace());
  store.commit('trends/0', { fence: 1, epoch: 1, body: 'live' }, []);
  inside.commit('trends/0', { fence: 1, epoch: 1, body: 'replay' }, []);
  inside.commit('intake/0', { fence: 1, epoch: 1, body: 'of everybody' }, []);
  expect(store.head('trends/0')?.body).toBe('live');
  expect(inside.head('trends/0')?.body).toBe('replay');
  expect(store.head('intake/0')?.body).toBe('of everybody');
  inside.close();
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BadContinuation, type DocumentWrite, type StoredDocument } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import { IllFormedText, UnusableDatabase } from '../../../src/sqlite.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-documents-'));
  path = join(directory, 'documents.sqlite');
});

afterEach(() => rm(directory, { recursive: true }));

function write(id: string, n: number): DocumentWrite {
  const version = { lineage: 0, epoch: 1, seq: n };
  return { collection: 'orders', partition: 'p', id, task: 'orders/0', version, body: { n } };
}

test('the file tells when each document was written', async () => {
  let now = 1_000;
  const documents = openSqliteDocuments({ path, clock: () => now });
  await documents.write([write('a', 1), write('b', 1)]);
  now = 2_000;
  await documents.write([write('a', 2), write('b', 0)]);
  await documents.put({ collection: 'orders', partition: 'p', id: 'c' }, {}, 'absent');
  await documents.close();
  const file = new DatabaseSync(path, { readOnly: true });
  const rows = file.prepare('SELECT id, updated_at FROM documents ORDER BY id').all();
  expect(rows.map(row => [row['id'], row['updated_at']])).toEqual([
    ['a', 2_000],
    ['b', 1_000],
    ['c', 2_000],
  ]);
  file.close();
});

test('a continuation of a file that was begun afresh is refused instead of passing over what comes', async () => {
  const before = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  await before.write([write('a', 1), write('b', 2)]);
  const { continuation } = await before.changes('orders', undefined, 10);
  await before.close();
  const fresh = openSqliteDocuments({ path, clock: () => 0 });
  await fresh.write([write('a', 1)]);
  await expect(fresh.changes('orders', continuation, 10)).rejects.toThrow(BadContinuation);
  await fresh.close();
});

test('an id that SQLite would change is refused with all of its call', async () => {
  const documents = openSqliteDocuments({ path, clock: () => 0 });
  await expect(documents.write([write('a', 1), write('\ud800', 2)])).rejects.toThrow(IllFormedText);
  expect(await documents.list({ collection: 'orders', limit: 10 })).toEqual([]);
  await documents.close();
});

test('empty, very long and NUL-holding ids are ids', async () => {
  const documents = openSqliteDocuments({ path, clock: () => 0 });
  const ids = ['', 'a', 'a\0', 'a\0b', 'x'.repeat(10_000)];
  await documents.write(ids.map((id, n) => write(id, n)));
  const found = [];
  let after: StoredDocument | undefined;
  for (let n = 0; n <= ids.length; n += 1) {
    [after] = await documents.list({ collection: 'orders', limit: 1, after });
    if (after) found.push(after.id);
    else break;
  }
  expect(found).toEqual(ids);
  await documents.close();
});

test('documents and checkpoints are not taken for each other', async () => {
  await openSqliteDocuments({ path, clock: () => 0 }).close();
  expect(() => openSqliteStateStore({ path })).toThrow(UnusableDatabase);
});

test('pages are read by an index, however many documents lie before them', async () => {
  await openSqliteDocuments({ path, clock: () => 0 }).close();
  const file = new DatabaseSync(path, { readOnly: true });
  const planOf = (sql: string): string => String(file.prepare(`EXPLAIN QUERY PLAN ${sql}`).get()?.['detail']);
  const all = 'SELECT * FROM documents WHERE collection = ?';
  expect(planOf(`${all} AND change > ? ORDER BY change LIMIT ?`)).toContain('(collection=? AND change>?)');
  expect(planOf(`${all} AND (partition, id) >= (?, ?) ORDER BY partition, id LIMIT ?`)).toContain(
    '(collection=? AND (partition,id)>(?,?))',
  );
  file.close();
});

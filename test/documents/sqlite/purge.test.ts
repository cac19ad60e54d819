/** What is left of removed documents is taken out of the file, and whoever follows the feed does not notice. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { openDocumentPurge } from '../../../src/documents/sqlite/purge.ts';

let directory: string;
let path: string;
let documents: Documents;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-purge-'));
  path = join(directory, 'documents.db');
  documents = openSqliteDocuments({ path, clock: () => 0 });
});
afterEach(async () => {
  await documents.close();
  rmSync(directory, { recursive: true });
});

const write = (id: string, epoch: number, body: { n: number } | null) =>
  documents.write([
    { collection: 'profiles', partition: id, id, body, task: 'recommend/0', version: { lineage: 0, epoch, seq: 0 } },
  ]);
const names = async (continuation?: string): Promise<string[]> =>
  (await documents.changes('profiles', continuation, 10)).documents.map(({ id }) => id);

function purged() {
  const purge = openDocumentPurge({ path });
  const rows = purge.purge();
  purge.compact();
  purge.close();
  return rows;
}
const bytes = (): Buffer => Buffer.concat(readdirSync(directory).map(name => readFileSync(join(directory, name))));

test('no byte of a key or a body is left, and what is there stays', async () => {
  await write('ann-the-erased', 1, { n: 1 });
  await write('bob', 2, { n: 2 });
  await write('ann-the-erased', 3, null);
  expect(bytes().includes('ann-the-erased')).toBe(true);
  expect(purged()).toBe(1);
  expect(bytes().includes('ann-the-erased')).toBe(false);
  expect(bytes().includes('bob')).toBe(true);
  expect(await documents.get({ collection: 'profiles', partition: 'bob', id: 'bob' })).toMatchObject({
    body: { n: 2 },
  });
  expect(purged()).toBe(0);
});

test('a reader that stands at the newest change, which was a removal, goes on from there', async () => {
  await write('bob', 1, { n: 1 });
  await write('ann', 2, { n: 1 });
  await write('ann', 3, null);
  const { continuation } = await documents.changes('profiles', undefined, 10);
  expect(purged()).toBe(1);
  expect(await documents.changes('profiles', continuation, 10)).toMatchObject({ documents: [], caughtUp: true });
  await write('cyd', 4, { n: 1 });
  expect(await names(continuation)).toEqual(['cyd']);
  expect(await names()).toEqual(['bob', 'cyd']);
  await write('cyd', 5, null);
  expect(purged()).toBe(1);
  await write('dan', 6, { n: 1 });
  expect(await names(continuation)).toEqual(['dan']);
});

test('who comes back is written anew, and each range of the feed tells it', async () => {
  await write('ann', 7, { n: 1 });
  await write('ann', 8, null);
  purged();
  await write('ann', 9, { n: 2 });
  const ranges = await documents.feedRanges('profiles');
  const pages = await Promise.all(ranges.map(range => documents.changes('profiles', undefined, 10, range)));
  expect(pages.flatMap(page => page.documents.map(({ id }) => id))).toEqual(['ann']);
});

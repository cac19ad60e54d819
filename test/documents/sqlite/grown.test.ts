import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BadContinuation, type Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';

/** Nobody is woken by looking for themselves. */
const never_ms = 3_600_000;
const order = { collection: 'orders', partition: 'ann', id: 'o1' };
const written = { task: 'orders/0', version: { lineage: 0, epoch: 1, seq: 1 }, body: {} };

function opened(path: string): Documents {
  const documents = openSqliteDocuments({ path, clock: () => 0, recheckMs: never_ms });
  onTestFinished(() => documents.close());
  return documents;
}

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-grown-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'documents.db');
}

async function endOf(documents: Documents, range?: string): Promise<string> {
  return (await documents.changes('orders', undefined, 10, range)).continuation;
}

function waiting(documents: Documents, continuation: string): Promise<void> {
  if (documents.grown === undefined) throw new TypeError('These documents tell nobody');
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  return documents.grown('orders', continuation, stop.signal);
}

const writes: readonly (readonly [string, (by: Documents) => Promise<unknown>])[] = [
  ['a put', by => by.put(order, {}, 'always')],
  ['a write', by => by.write([{ ...order, ...written }])],
];

test.for(writes)('%s wakes whoever follows the feed in the same process', async ([, write]) => {
  const documents = opened(':memory:');
  const woken = waiting(documents, await endOf(documents));
  await write(documents);
  await expect(woken).resolves.toBeUndefined();
});

test.for(writes)('%s by another one who has the file wakes whoever follows the feed', async ([, write]) => {
  const path = await file();
  const [documents, other] = [opened(path), opened(path)];
  const woken = waiting(documents, await endOf(documents));
  await write(other);
  await expect(woken).resolves.toBeUndefined();
});

test('what was written before somebody waits is not waited for', async () => {
  const documents = opened(await file());
  const before = await endOf(documents, '1/4');
  await documents.put(order, {}, 'always');
  await expect(waiting(documents, before)).resolves.toBeUndefined();
});

test('another collection wakes nobody', async () => {
  const documents = opened(':memory:');
  let isWoken = false;
  const woken = waiting(documents, await endOf(documents)).then(() => (isWoken = true));
  await documents.put({ ...order, collection: 'items' }, {}, 'always');
  await documents.put({ ...order, collection: 'leases' }, {}, 'always');
  expect(isWoken).toBe(false);
  await documents.put(order, {}, 'always');
  expect(await woken).toBe(true);
});

test('closing ends the waiting, and a continuation of another feed is refused', async () => {
  const documents = opened(await file());
  const woken = waiting(documents, await endOf(documents));
  await expect(waiting(documents, 'items:3')).rejects.toThrow(BadContinuation);
  await documents.close();
  await expect(woken).resolves.toBeUndefined();
});

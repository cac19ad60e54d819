/** Records of the embedded log are redacted where they stand, in bytes too, beside whoever appends and reads. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogRedaction } from '../../src/transport/embedded/redaction.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { BatchBuilder, BatchCursor, Kind, outside } from '../../src/transport/record.ts';
import type { Choose } from '../../src/transport/redaction.ts';

const at = { topic: 'ratings', partition: 0 };
let directory: string;
let log: Transport;
let now = 0;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-redaction-'));
  log = openEmbeddedLog({ path: join(directory, 'log.db'), clock: () => now });
  await log.createTopic('ratings', { partitions: 1, retentionBytes: 1_000 });
});
afterEach(async () => {
  await log.close();
  rmSync(directory, { recursive: true });
});

function batchOf(...keys: readonly string[]) {
  const builder = new BatchBuilder(outside, 0);
  for (const key of keys)
    builder.add({ kind: Kind.value, watermark: -Infinity, origin: 0, key, trace: '' }, (buffer, start) => {
      const value = Buffer.from(`what ${key} did, and more of it`);
      if (start + value.length > buffer.length) return buffer.length - start - value.length;
      return start + value.copy(buffer, start);
    });
  return { ...at, batches: builder.take() };
}

const ofAnn: Choose = async batch => {
  const record = new BatchCursor(batch);
  const found = new Map<number, number>();
  while (record.next()) if (record.key() === 'ann-the-erased') found.set(record.offset, 77);
  return found;
};

async function records(): Promise<string[]> {
  const batches = await log.read({ ...at, from: 0, maxRecords: 1_000, maxBytes: 1 << 20 });
  return batches.flatMap(batch => {
    const record = new BatchCursor(batch);
    return Array.from({ length: batch.records }, () =>
      record.next() ? `${record.offset} ${record.kind} ${record.key()}` : '',
    );
  });
}

const bytes = (): Buffer => Buffer.concat(readdirSync(directory).map(name => readFileSync(join(directory, name))));

test('a redacted record keeps its offset, others all they have, and no file holds a byte of it', async () => {
  now = 5;
  await log.append([batchOf('bob', 'ann-the-erased', 'cyd')]);
  await log.append([batchOf('dan')]);
  const redaction = openLogRedaction({ path: join(directory, 'log.db') });
  expect([...redaction.batches(at)].map(({ firstOffset, appendedAt }) => [firstOffset, appendedAt])).toEqual([
    [0, 5],
    [3, 5],
  ]);
  expect(await redaction.redact(at, ofAnn)).toBe(1);
  expect(await redaction.redact(at, ofAnn)).toBe(0);
  expect(await records()).toEqual(['0 0 bob', '1 2 ', '2 0 cyd', '3 0 dan']);
  redaction.compact();
  expect(bytes().includes('ann-the-erased')).toBe(false);
  await log.append([batchOf('eve')]);
  expect((await records()).at(-1)).toBe('4 0 eve');
  redaction.close();
});

test('retention by size counts what is left', async () => {
  for (let n = 0; n < 20; n++) await log.append([batchOf('ann-the-erased')]);
  for (let n = 0; n < 2; n++) await log.append([batchOf('bob')]);
  const redaction = openLogRedaction({ path: join(directory, 'log.db') });
  expect(await redaction.redact(at, ofAnn)).toBe(20);
  redaction.close();
  // 20 of 46 bytes, and 2 of 77: of a log that was not redacted 10 more would go.
  expect(await log.applyRetention(0)).toBe(2);
});

test('a topic of many batches is walked piece by piece, each batch once', async () => {
  for (let n = 0; n < 100; n++) await log.append([batchOf(n % 2 === 0 ? 'ann-the-erased' : 'bob')]);
  const redaction = openLogRedaction({ path: join(directory, 'log.db') });
  expect([...redaction.batches(at)].map(({ firstOffset }) => firstOffset)).toEqual([...Array(100).keys()]);
  expect(await redaction.redact(at, ofAnn)).toBe(50);
  redaction.close();
});

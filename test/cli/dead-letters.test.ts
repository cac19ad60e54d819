import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded, type Ports } from '../../src/app/compose.ts';
import { lettersByReason, newestLetters, redrive } from '../../src/cli/dead-letters.ts';
import { recordsOf } from '../../src/stream/log-values.ts';
import { type DeadLetter, deadLetters } from '../../src/stream/dead-letter.ts';
import { BatchBuilder, Kind, outside } from '../../src/transport/record.ts';

let data: string;
let ports: Ports;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-letters-'));
  ports = await openEmbedded(data);
  await ports.transport.createTopic(deadLetters.name, { partitions: 1 });
  await ports.transport.createTopic('orders', { partitions: 2 });
});
afterEach(async () => {
  await ports[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

const letter = (offset: number, change: Partial<DeadLetter> = {}): DeadLetter => ({
  topic: 'orders',
  partition: 1,
  offset,
  reason: 'broken',
  bytes: Buffer.from([offset & 0xff, 0xff, 0x00]),
  key: `key-${offset}`,
  task: 'intake/1',
  time: 0,
  ...change,
});

async function bury(...letters: readonly DeadLetter[]): Promise<void> {
  const builder = new BatchBuilder(outside, 0);
  for (const each of letters) {
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: deadLetters.key(each), trace: '' };
    builder.add(envelope, (buffer, at) => deadLetters.schema.encode(each, buffer, at));
  }
  await ports.transport.append([{ topic: deadLetters.name, partition: 0, batches: builder.take() }]);
}

test('a redrive appends the original bytes under their key to their partition', async () => {
  await bury(letter(3), letter(7, { partition: 0, bytes: Buffer.alloc(20_000, 9) }));
  expect(await redrive(ports, undefined)).toEqual({ redriven: 2, before: 0, withoutRecord: 0 });
  const found: unknown[] = [];
  for await (const { at, record } of recordsOf(ports.transport, 'orders'))
    found.push([at.partition, record.key(), record.value().toString('hex'), record.producer]);
  expect(found).toEqual([
    [0, 'key-7', '09'.repeat(20_000), ''],
    [1, 'key-3', '03ff00', ''],
  ]);
});

test('letters are counted by topic and kind, whatever numbers and names their reasons have, the most first', async () => {
  await bury(
    letter(1, { reason: "sensor 'a7' is 3.5 degrees", time: 5 }),
    letter(2, { reason: 'broken', time: 2 }),
    letter(3, { reason: "sensor 'b' is 12 degrees", time: 9 }),
    letter(4, { topic: 'ratings', reason: 'broken', time: 1 }),
  );
  expect(await lettersByReason(ports)).toEqual([
    { topic: 'orders', reason: "sensor '…' is … degrees", count: 2, last: 9 },
    { topic: 'orders', reason: 'broken', count: 1, last: 2 },
    { topic: 'ratings', reason: 'broken', count: 1, last: 1 },
  ]);
});

test('a record is redriven once, whoever refused it and however often it is asked for', async () => {
  await bury(letter(3), letter(3, { task: 'train/0' }), letter(-1));
  expect(await redrive(ports, 'orders')).toEqual({ redriven: 1, before: 0, withoutRecord: 1 });
  expect(await redrive(ports, 'orders')).toEqual({ redriven: 0, before: 1, withoutRecord: 1 });
  await bury(letter(9));
  expect(await redrive(ports, 'others')).toEqual({ redriven: 0, before: 0, withoutRecord: 0 });
  expect(await redrive(ports, undefined)).toMatchObject({ redriven: 1, before: 1 });
});

test('of orders that stood at one place each is looked at again once, and what remembers it says nothing of whose it is', async () => {
  const of = (key: string) => letter(5, { key, task: 'orders' });
  for (const partition of ['ann', 'ben'])
    await ports.documents.put({ collection: 'orders', partition, id: 'o' }, { orderId: 'o' }, 'always');
  // The connector was killed behind the first, and told it again.
  await bury(of('ann/o'), of('ann/o'), of('ben/o'));
  expect(await redrive(ports, 'orders')).toEqual({ redriven: 2, before: 0, withoutRecord: 0 });
  expect(await redrive(ports, 'orders')).toEqual({ redriven: 0, before: 2, withoutRecord: 0 });
  const remembered = await ports.documents.list({ collection: 'redriven', limit: 10 });
  expect(remembered.map(({ partition, id, body }) => [partition, id, Object.keys(body)])).toEqual([
    ['dead-letters/0', '0', ['at']],
    ['dead-letters/0', '2', ['at']],
  ]);
});

test('the newest letters are listed, and all are counted', async () => {
  await bury(letter(1), letter(2), letter(3));
  const { total, newest } = await newestLetters(ports, 2);
  expect(total).toBe(3);
  expect(newest.map(({ offset }) => offset)).toEqual([2, 3]);
});

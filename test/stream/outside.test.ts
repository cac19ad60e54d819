import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { type Transport, UnknownPartition } from '../../src/transport/port.ts';
import { readAll } from '../transport/records.ts';

let log: Transport;
beforeEach(async () => {
  log = openEmbeddedLog({ path: ':memory:', clock: () => 0 });
  await log.createTopic('notes', { partitions: 3 });
});
afterEach(() => log.close());

const record = (key: string) => recordOfBytes(key, Buffer.from(`of ${key}`));
const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);

test('records stand in the partitions of their keys, in order, and it is told where', async () => {
  await appendFromOutside(log, 'notes', [record('key 0')], 0);
  const places = await appendFromOutside(log, 'notes', keys.map(record), 0);
  expect(places).toEqual(
    [0, 1, 2].map(partition => ({ topic: 'notes', partition, offset: partition === partitionOf('key 0', 3) ? 1 : 0 })),
  );
  for (const { partition, offset } of places) {
    const found = (await readAll(log, { topic: 'notes', partition })).slice(offset);
    expect(found.map(({ key, value }) => [key, value])).toEqual(
      keys.filter(key => partitionOf(key, 3) === partition).map(key => [key, `of ${key}`]),
    );
  }
});

test('a record may name its partition, which has to be there', async () => {
  const partition = (partitionOf('a', 3) + 1) % 3;
  expect(await appendFromOutside(log, 'notes', [{ ...record('a'), partition }], 0)).toEqual([
    { topic: 'notes', partition, offset: 0 },
  ]);
  await expect(appendFromOutside(log, 'notes', [record('a'), { ...record('a'), partition: 3 }], 0)).rejects.toThrow(
    UnknownPartition,
  );
  expect((await log.bounds({ topic: 'notes', partition: partitionOf('a', 3) })).end).toBe(0);
});

test('nothing to append is nowhere', async () => {
  expect(await appendFromOutside(log, 'notes', [], 0)).toEqual([]);
});

/** The judge itself: a drill that is blind to a lost or doubled event, or to another list, would praise anything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { openEmbedded, type Ports } from '../../src/app/compose.ts';
import type { JsonObject } from '../../src/documents/port.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { BatchBuilder, Kind } from '../../src/transport/record.ts';
import { ratings, ratingsByItem } from '../../topologies/streams.ts';
import { accountOf, miscounted, pictureOf } from './judge.ts';

let data: string;
let ports: Ports;
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-judge-'));
  ports = await openEmbedded(data);
  for (const { name } of [ratings, ratingsByItem, deadLetters])
    await ports.transport.createTopic(name, { partitions: 1 });
});
afterEach(async () => {
  await ports[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

const rating = (eventId: string): Rating => ({
  eventId,
  tenant: '',
  userId: 'u',
  sessionId: '',
  itemId: 'i',
  kind: 'rating',
  value: 5,
  time: 1_000,
});

/** As a task writes them, from this sequence on. */
async function written(sequence: number, ...ids: readonly string[]): Promise<void> {
  const builder = new BatchBuilder({ name: 'intake/0', lineage: 0, epoch: 1 }, sequence);
  const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: 'i', trace: '' };
  for (const id of ids) builder.add(envelope, (buffer, at) => ratingsByItem.schema.encode(rating(id), buffer, at));
  await ports.transport.append([{ topic: ratingsByItem.name, partition: 0, batches: builder.take() }]);
}

test('an acknowledged event that was handed on twice is doubled, one that was not at all is lost', async () => {
  await written(0, 'a', 'b', 'b', 'c', 'nobody asks for it');
  expect(await accountOf(ports, ['a', 'b', 'c', 'd'])).toEqual({ sent: 4, lost: 1, doubled: 1, deadLetters: 0 });
});

test('a record that lies in the log twice after a crash, under one sequence, was handed on once', async () => {
  await written(0, 'a', 'b');
  await written(0, 'a', 'b', 'c');
  expect(await accountOf(ports, ['a', 'b', 'c'])).toEqual({ sent: 3, lost: 0, doubled: 0, deadLetters: 0 });
});

test('a list of other items, or of the same in another order, is another picture', async () => {
  const pictured = async (...items: JsonObject[]) => {
    const key = { collection: 'recommendations', partition: 'u', id: 'u' };
    await ports.documents.put(key, { userId: 'u', generation: 1, number: 1, items, at: items.length }, 'always');
    return pictureOf(ports);
  };
  const [a, b] = [
    { itemId: 'a', score: 1 },
    { itemId: 'b', score: 0.5 },
  ];
  const first = await pictured(a, b);
  expect(await pictured(a, b)).toEqual(first);
  for (const other of [[b, a], [a], [a, { ...b, score: 0.4 }]]) {
    const { recommendations, ...rest } = await pictured(...other);
    expect({ recommendations, ...rest }).not.toEqual(first);
    expect({ ...first, recommendations }).toEqual({ recommendations, ...rest });
  }
});

test('an item whose windows count one too many, or that they do not know, is counted wrongly', async () => {
  const window = (itemId: string, count: number) =>
    ports.documents.put(
      { collection: 'aggregates', partition: itemId, id: itemId },
      { itemId, window: 'daily', count },
      'always',
    );
  await window('more', 3);
  await window('right', 2);
  const log = new Map([
    ['more', 2],
    ['right', 2],
    ['missing', 1],
  ]);
  expect(await miscounted(ports, log)).toEqual(['more', 'missing']);
});

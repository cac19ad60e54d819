import { expect, test } from 'vitest';
import { OutsideWriter, type WriterLog } from '../../src/stream/outside-writer.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { UnknownTopic, type Append } from '../../src/transport/port.ts';
import { RecordTooLarge } from '../../src/transport/record.ts';
import { consumed, records } from '../support/consumer.ts';

interface Note {
  readonly author: string;
  readonly text: string;
}

const notes = stream('notes', {
  schema: schema<Note>({
    type: 'record',
    name: 'Note',
    fields: [
      { name: 'author', type: 'string' },
      { name: 'text', type: 'string' },
    ],
  }),
  key: note => note.author,
  time: () => 0,
});
const clock = { now: () => 5, turn: () => Promise.resolve() };

/** A log that tells how large each request was. */
async function open(partitions = 1) {
  const log = openEmbeddedLog({ path: ':memory:', clock: () => 0 });
  await log.createTopic(notes.name, { partitions });
  const requests: { records: number; bytes: number }[] = [];
  const append = (appends: readonly Append[]) => {
    const batches = appends.flatMap(entry => entry.batches);
    const sum = (of: (batch: (typeof batches)[number]) => number): number =>
      batches.reduce((total, batch) => total + of(batch), 0);
    requests.push({ records: sum(batch => batch.records), bytes: sum(batch => batch.bytes.length) });
    return log.append(appends);
  };
  const transport: WriterLog = { append, partitions: topic => log.partitions(topic) };
  return { log, requests, transport, [Symbol.asyncDispose]: () => log.close() };
}

const note = (n: number, text = ''): Note => ({ author: `author ${n % 13}`, text: `${n} ${text}` });

test('each value goes to the partition of its key, in the order given', async () => {
  await using world = await open(4);
  const writer = await OutsideWriter.open(world.transport, notes, clock);
  const sent = Array.from({ length: 5_000 }, (_, n) => note(n));
  for (const value of sent) await writer.write(value);
  await writer.flush();
  const found = await records(world.log, notes);
  expect(found.length).toBe(5_000);
  for (let partition = 0; partition < 4; partition++)
    expect(found.filter(record => record.partition === partition).map(({ value }) => value)).toEqual(
      sent.filter(({ author }) => partitionOf(author, 4) === partition),
    );
});

test('what is held back is bounded in records and in bytes, and the writer waits while the log takes it', async () => {
  await using world = await open();
  const writer = await OutsideWriter.open(world.transport, notes, clock);
  for (let n = 0; n < 4_500; n++) await writer.write(note(n));
  expect(world.requests.map(({ records: count }) => count)).toEqual([2_000, 2_000]);
  await writer.flush();
  world.requests.length = 0;
  for (let n = 0; n < 40; n++) await writer.write(note(n, 'x'.repeat(100_000)));
  await writer.flush();
  expect(world.requests.length).toBe(4);
  expect(Math.max(...world.requests.map(({ bytes }) => bytes))).toBeLessThan((1 << 20) + 110_000);
  expect((await consumed(world.log, notes)).length).toBe(4_540);
});

test('a flush of nothing asks nothing of the log', async () => {
  await using world = await open();
  const writer = await OutsideWriter.open(world.transport, notes, clock);
  await writer.flush();
  expect(world.requests).toEqual([]);
});

test('a value that is too large is refused, and what was held before still goes out', async () => {
  await using world = await open();
  const writer = await OutsideWriter.open(world.transport, notes, clock);
  await writer.write(note(1));
  await expect(writer.write(note(2, 'x'.repeat(1 << 20)))).rejects.toThrow(RecordTooLarge);
  await writer.flush();
  expect(await consumed(world.log, notes)).toEqual([note(1)]);
});

test('a topic that nobody created is an error', async () => {
  const log = openEmbeddedLog({ path: ':memory:', clock: () => 0 });
  await expect(OutsideWriter.open(log, notes, clock)).rejects.toThrow(UnknownTopic);
  await log.close();
});

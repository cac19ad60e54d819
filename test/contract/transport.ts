/** What every transport promises, run against each adapter; what one lacks is declared and expected to fail. */
import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CommittedOffset,
  OffsetOutOfRange,
  TopicMismatch,
  type TopicPartition,
  type Transport,
  UnknownPartition,
  UnknownTopic,
} from '../../src/transport/port.ts';
import { BatchBuilder, BatchCursor, Kind, maxKeyBytes, maxValueBytes, outside } from '../../src/transport/record.ts';
import {
  batchesOf,
  envelopeOf,
  nextOffset,
  numbered,
  readAll,
  recordsOf,
  valuesOf,
  writing,
} from '../transport/records.ts';

/** What an adapter may lack; the suite then expects the tests of it to fail. */
export type TransportCapability =
  /** What was appended is there after the transport is closed and opened again. */
  | 'durability'
  /** Offsets follow each other without gaps, and batches keep the sizes that they were appended with. */
  | 'contiguous offsets'
  /** `applyRetention` removes by size and age at once. */
  | 'retention'
  /** A topic refuses other options than it was created with, beside the number of partitions. */
  | 'option mismatch';

/** Capability to the reason why it is lacking. */
export type TransportGaps = Partial<Record<TransportCapability, string>>;

export interface OpenedTransport {
  readonly transport: Transport;
  /** Closes the transport and opens it again on the same data. */
  reopen?(): Promise<Transport>;
  /** Closes the transport and removes its data. */
  close(): Promise<void>;
}

const wide = { maxRecords: 10_000, maxBytes: 10_000_000 };
const day = 86_400_000;

/** The time, once it is later than that. */
async function untilAfter(time: number): Promise<number> {
  while (Date.now() <= time) await setImmediate();
  return Date.now();
}

export function transportContract(name: string, open: () => Promise<OpenedTransport>, gaps: TransportGaps = {}): void {
  const needing = (capability: TransportCapability) => (gaps[capability] === undefined ? test : test.fails);

  describe(`transport contract: ${name}`, () => {
    let opened: OpenedTransport;
    let transport: Transport;
    let topic: string;
    let at: TopicPartition;

    beforeEach(async () => {
      opened = await open();
      transport = opened.transport;
      // A broker may be shared by all tests, so each has a topic of its own.
      topic = `contract-${randomUUID()}`;
      at = { topic, partition: 1 };
      await transport.createTopic(topic, { partitions: 2 });
    });
    afterEach(async () => opened.close());

    const append = async (...values: readonly string[]) => transport.append([{ ...at, batches: batchesOf(...values) }]);
    const read = async (from: number, more = {}) => transport.read({ ...at, from, ...wide, ...more });
    const values = async (of: TopicPartition = at) => (await readAll(transport, of)).map(record => record.value);
    const never = new AbortController().signal;

    describe('topics', () => {
      test('are created once; the same options again do nothing', async () => {
        await append('kept');
        await transport.createTopic(topic, { partitions: 2 });
        expect(await values()).toEqual(['kept']);
        expect(await transport.partitions(topic)).toBe(2);
        expect((await transport.topics()).filter(known => known.topic === topic)).toMatchObject([{ partitions: 2 }]);
      });

      test('refuse another number of partitions and keep theirs', async () => {
        await expect(transport.createTopic(topic, { partitions: 3 })).rejects.toThrow(TopicMismatch);
        expect(await transport.partitions(topic)).toBe(2);
      });

      needing('option mismatch')('refuse another retention', async () => {
        await expect(transport.createTopic(topic, { partitions: 2, retentionMs: 5 })).rejects.toThrow(TopicMismatch);
        await expect(transport.createTopic(topic, { partitions: 2, retentionBytes: 5 })).rejects.toThrow(TopicMismatch);
      });

      test('are removed with their records, and made anew empty', async () => {
        await append('a', 'b');
        expect(await transport.deleteTopic(topic)).toBe(true);
        expect((await transport.topics()).filter(known => known.topic === topic)).toEqual([]);
        await expect(transport.bounds(at)).rejects.toThrow(UnknownTopic);
        await expect(transport.deleteTopic(topic)).rejects.toThrow(UnknownTopic);
        await transport.createTopic(topic, { partitions: 2 });
        expect(await transport.bounds(at)).toEqual({ start: 0, end: 0 });
        await append('c');
        expect(await values()).toEqual(['c']);
      });

      test('that are unknown are errors everywhere', async () => {
        const nowhere = { topic: `${topic}-not`, partition: 0 };
        const batches = batchesOf('lost');
        const expectUnknown = async (work: Promise<unknown>) => expect(work).rejects.toThrow(UnknownTopic);
        await expectUnknown(transport.partitions(nowhere.topic));
        await expectUnknown(transport.bounds(nowhere));
        await expectUnknown(transport.read({ ...nowhere, from: 0, ...wide }));
        await expectUnknown(transport.append([{ ...nowhere, batches }]));
        await expectUnknown(transport.grown([{ ...nowhere, offset: 0 }], never));
        await expectUnknown(transport.commit('group', [{ ...nowhere, offset: 0 }]));
      });

      test('have only the partitions that they were created with', async () => {
        for (const partition of [-1, 2, 0.5]) {
          await expect(transport.bounds({ topic, partition })).rejects.toThrow(UnknownPartition);
          await expect(transport.append([{ topic, partition, batches: batchesOf('lost') }])).rejects.toThrow(
            UnknownPartition,
          );
        }
      });
    });

    describe('appends', () => {
      test('are read in order, one after the other', async () => {
        await append(...numbered('a', 3));
        await append('b0');
        await append(...numbered('c', 700));
        expect(await values()).toEqual([...numbered('a', 3), 'b0', ...numbered('c', 700)]);
      });

      test('leave the other partitions as they were', async () => {
        await append('a');
        const other = { topic, partition: 0 };
        expect(await transport.bounds(other)).toEqual({ start: 0, end: 0 });
        expect(await values(other)).toEqual([]);
      });

      test('give ascending offsets and answer the first of each entry', async () => {
        const other = { topic, partition: 0 };
        const firsts = await transport.append([
          { ...at, batches: batchesOf('a', 'b') },
          { ...other, batches: batchesOf('x') },
          { ...at, batches: [...batchesOf('c'), ...batchesOf('d')] },
        ]);
        const records = await readAll(transport, at);
        expect(records.map(record => record.value)).toEqual(['a', 'b', 'c', 'd']);
        expect(firsts[0]).toBe(records[0]?.offset);
        expect(firsts[1]).toBe((await readAll(transport, other))[0]?.offset);
        expect(firsts[2]).toBe(records[2]?.offset);
        const offsets = records.map(record => record.offset);
        expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
      });

      needing('contiguous offsets')('number records from 0 without gaps', async () => {
        await append('a', 'b');
        expect(await append('c')).toEqual([2]);
        expect((await readAll(transport, at)).map(record => record.offset)).toEqual([0, 1, 2]);
        expect(await transport.bounds(at)).toEqual({ start: 0, end: 3 });
      });

      test('of nothing change nothing', async () => {
        await append('a');
        await transport.append([]);
        expect(await values()).toEqual(['a']);
      });

      test('of two writers interleave, each in its own order, none lost', async () => {
        const write = async (prefix: string) => {
          for (const value of numbered(prefix, 30)) await append(value);
        };
        await Promise.all([write('a'), write('b')]);
        const all = await values();
        expect(all).toHaveLength(60);
        expect(all.filter(value => value.startsWith('a'))).toEqual(numbered('a', 30));
        expect(all.filter(value => value.startsWith('b'))).toEqual(numbered('b', 30));
      });

      needing('durability')('are there after the transport is opened again, and the next go behind them', async () => {
        await append('a', 'b');
        await transport.commit('group', [{ ...at, offset: 1 }]);
        if (opened.reopen === undefined) throw new Error('This transport cannot be opened again');
        transport = await opened.reopen();
        expect(await values()).toEqual(['a', 'b']);
        expect(await transport.committed('group')).toContainEqual({ ...at, offset: 1 });
        await append('c');
        expect(await values()).toEqual(['a', 'b', 'c']);
      });
    });

    describe('records', () => {
      test('come back with kind, key, trace, times, producer and sequence', async () => {
        const builder = new BatchBuilder({ name: 'trends/3', lineage: 4, epoch: 17 }, 90);
        builder.add(
          { ...envelopeOf('k'), watermark: 1_700_000_000_000.5, origin: 7, trace: '00-ab-cd-01' },
          writing('v'),
        );
        builder.add({ ...envelopeOf(''), kind: Kind.marker, watermark: -Infinity }, writing(''));
        await transport.append([{ ...at, batches: builder.take() }]);
        const seen: unknown[] = [];
        for (const batch of await read(0)) {
          const cursor = new BatchCursor(batch);
          while (cursor.next()) {
            const { producer: writer, lineage, epoch, sequence, kind, watermark, origin } = cursor;
            const text = { key: cursor.key(), trace: cursor.trace(), value: cursor.value().toString() };
            seen.push({ writer, lineage, epoch, sequence, kind, watermark, origin, ...text });
          }
        }
        const of = { writer: 'trends/3', lineage: 4, epoch: 17 };
        const times = { watermark: 1_700_000_000_000.5, origin: 7 };
        expect(seen).toEqual([
          { ...of, sequence: 90, kind: Kind.value, ...times, key: 'k', trace: '00-ab-cd-01', value: 'v' },
          { ...of, sequence: 91, kind: Kind.marker, watermark: -Infinity, origin: 0, key: '', trace: '', value: '' },
        ]);
      });

      test('keep keys in any script, and keys and values as large as the limits', async () => {
        const keys = [
          'Amélie',
          '千と千尋の神隠し',
          '🎬🍿',
          '\u0000',
          'é'.repeat(maxKeyBytes / 2),
          'k'.repeat(maxKeyBytes),
        ];
        const builder = new BatchBuilder(outside, 0);
        for (const key of keys) builder.add(envelopeOf(key), writing('v'));
        builder.add(envelopeOf('large'), writing('v'.repeat(maxValueBytes)));
        await transport.append([{ ...at, batches: builder.take() }]);
        const records = await readAll(transport, at);
        expect(records.map(record => record.key)).toEqual([...keys, 'large']);
        expect(records.at(-1)?.value === 'v'.repeat(maxValueBytes)).toBe(true);
      });
    });

    describe('reads', () => {
      test('begin anywhere, also inside a batch', async () => {
        await append(...numbered('a', 5));
        await append(...numbered('b', 5));
        const offsets = (await readAll(transport, at)).map(record => record.offset);
        const all = [...numbered('a', 5), ...numbered('b', 5)];
        for (const [n, from] of offsets.entries()) expect(valuesOf(await read(from), from)).toEqual(all.slice(n));
      });

      test('end before `to`, also inside a batch', async () => {
        await append(...numbered('a', 5));
        await append(...numbered('b', 5));
        const records = await readAll(transport, at);
        for (const { offset: to } of records.slice(1)) {
          const batches = await read(0, { to });
          expect(recordsOf(batches, 0, to)).toEqual(records.filter(record => record.offset < to));
          // No batch without any record that was asked for.
          for (const batch of batches) expect(batch.firstOffset).toBeLessThan(to);
        }
        expect(await read(0, { to: 0 })).toEqual([]);
      });

      test('answer nothing at the end of the log', async () => {
        expect(await read(0)).toEqual([]);
        await append('a');
        const { end } = await transport.bounds(at);
        expect(await read(end)).toEqual([]);
        expect(await read(end, { to: end + 5 })).toEqual([]);
      });

      test.each([
        { maxRecords: 1, maxBytes: 1 },
        { maxRecords: 250, maxBytes: 10_000_000 },
        { maxRecords: 10_000, maxBytes: 3_000 },
      ])('stop at $maxRecords records or $maxBytes bytes, and always go on', async limits => {
        for (const prefix of ['a', 'b', 'c', 'd']) await append(...numbered(prefix, 100));
        const { start, end } = await transport.bounds(at);
        const seen: string[] = [];
        for (let from = start; from < end;) {
          const batches = await read(from, limits);
          expect(batches.length).toBeGreaterThan(0);
          // The last batch may pass a limit, those before it may not reach one.
          const before = batches.slice(0, -1);
          expect(recordsOf(before, from).length).toBeLessThan(limits.maxRecords);
          expect(before.reduce((sum, batch) => sum + batch.bytes.length, 0)).toBeLessThan(limits.maxBytes);
          seen.push(...valuesOf(batches, from));
          from = nextOffset(batches, end);
        }
        expect(seen).toEqual(['a', 'b', 'c', 'd'].flatMap(prefix => numbered(prefix, 100)));
      });

      test('past the end are out of range', async () => {
        await append('a');
        const { end } = await transport.bounds(at);
        await expect(read(end + 1)).rejects.toThrow(OffsetOutOfRange);
        await expect(read(-1)).rejects.toThrow(OffsetOutOfRange);
      });
    });

    describe('offsets by time', () => {
      /** Appends at a time of its own: the clock has moved on since everything before. Answers that time. */
      const appendLater = async (after: number, ...texts: readonly string[]) => {
        const time = await untilAfter(after);
        const builder = new BatchBuilder(outside, 0);
        for (const text of texts) builder.add({ ...envelopeOf('k'), origin: time }, writing(text));
        await transport.append([{ ...at, batches: builder.take() }]);
        return time;
      };

      test('are those of the first record that entered at or after it', async () => {
        const first = await appendLater(Date.now(), 'a0', 'a1');
        const afterFirst = await untilAfter(Date.now());
        const second = await appendLater(afterFirst, 'b0', 'b1', 'b2');
        const offsets = (await readAll(transport, at)).map(record => record.offset);
        expect(await transport.offsetAt(at, 0)).toBe(offsets[0]);
        expect(await transport.offsetAt(at, first)).toBe(offsets[0]);
        expect(await transport.offsetAt(at, afterFirst)).toBe(offsets[2]);
        expect(await transport.offsetAt(at, second)).toBe(offsets[2]);
      });

      test('are the end of the log where nothing entered since, and where it is empty', async () => {
        expect(await transport.offsetAt(at, 0)).toBe((await transport.bounds(at)).end);
        await appendLater(0, 'a');
        expect(await transport.offsetAt(at, (await untilAfter(Date.now())) + day)).toBe(
          (await transport.bounds(at)).end,
        );
      });

      test('of topics and partitions that are not there are errors', async () => {
        await expect(transport.offsetAt({ topic: `${topic}-not`, partition: 0 }, 0)).rejects.toThrow(UnknownTopic);
        await expect(transport.offsetAt({ topic, partition: 2 }, 0)).rejects.toThrow(UnknownPartition);
      });
    });

    describe('grown', () => {
      const past = (offset: number): CommittedOffset[] => [{ ...at, offset }];

      test('resolves at once where the partition has grown already', async () => {
        await append('a');
        await expect(transport.grown(past(0), never)).resolves.toBeUndefined();
        const both = [{ topic, partition: 0, offset: 0 }, ...past(0)];
        await expect(transport.grown(both, never)).resolves.toBeUndefined();
      });

      test('resolves on the next append to any of its partitions', async () => {
        await append('a');
        const { end } = await transport.bounds(at);
        const grown = transport.grown([{ topic, partition: 0, offset: 0 }, ...past(end)], never);
        await append('b');
        await expect(grown).resolves.toBeUndefined();
      });

      test('goes on waiting while other partitions grow', async () => {
        const abort = new AbortController();
        let woken = false;
        const grown = transport.grown(past(0), abort.signal).then(() => (woken = true));
        await transport.append([{ topic, partition: 0, batches: batchesOf('a') }]);
        await transport.grown([{ topic, partition: 0, offset: 0 }], never);
        expect(woken).toBe(false);
        abort.abort();
        await grown;
      });

      test('resolves when its signal aborts, and leaves no listener', async () => {
        const abort = new AbortController();
        const grown = transport.grown(past(0), abort.signal);
        abort.abort();
        await grown;
        await transport.grown(past(0), abort.signal);
        expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
        const other = new AbortController();
        const woken = transport.grown(past(0), other.signal);
        await append('a');
        await woken;
        expect(getEventListeners(other.signal, 'abort')).toEqual([]);
      });

      test('misses no append while another goes on appending', async () => {
        const count = 200;
        const write = async () => {
          for (const value of numbered('a', count)) await append(value);
        };
        const follow = async () => {
          const seen: string[] = [];
          let from = 0;
          while (seen.length < count) {
            await transport.grown(past(from), never);
            const batches = await read(from);
            seen.push(...valuesOf(batches, from));
            from = nextOffset(batches, from);
          }
          return seen;
        };
        const [seen] = await Promise.all([follow(), write()]);
        expect(seen).toEqual(numbered('a', count));
      });

      test('ends when the transport is closed', async () => {
        const grown = transport.grown(past(0), never);
        await transport.close();
        await expect(grown).resolves.toBeUndefined();
        await expect(transport.close()).resolves.toBeUndefined();
      });
    });

    describe('callers that do not wait for one another', () => {
      test('have their records in the order of their calls, and each is told its own offset', async () => {
        const calls = Array.from({ length: 300 }, (_, n) => append(`record ${n}`));
        const offsets = await Promise.all(calls);
        expect(offsets.flat()).toEqual(offsets.map((_, n) => n));
        expect(await transport.bounds(at)).toEqual({ start: 0, end: 300 });
      });
    });

    describe('consumer groups', () => {
      test('have no offsets until they commit, then the newest of each partition', async () => {
        const group = `group-${randomUUID()}`;
        expect(await transport.committed(group)).toEqual([]);
        await append(...numbered('a', 5));
        await transport.commit(group, [
          { topic, partition: 0, offset: 0 },
          { ...at, offset: 2 },
        ]);
        await transport.commit(group, [{ ...at, offset: 4 }]);
        const committed = await transport.committed(group);
        expect(committed.toSorted((a, b) => a.partition - b.partition)).toEqual([
          { topic, partition: 0, offset: 0 },
          { ...at, offset: 4 },
        ]);
        expect(await transport.committed(`${group}-other`)).toEqual([]);
      });
    });

    describe('retention', () => {
      const kept = async (options: { retentionMs?: number; retentionBytes?: number }) => {
        at = { topic: `${topic}-kept`, partition: 0 };
        await transport.createTopic(at.topic, { partitions: 1, ...options });
      };

      test('removes nothing from a topic without limits', async () => {
        await append('a');
        await transport.applyRetention(Date.now() + 1_000 * day);
        expect(await values()).toEqual(['a']);
      });

      needing('retention')('by age removes what is older, and the end of the log stays', async () => {
        await kept({ retentionMs: day });
        await append('a', 'b');
        expect(await transport.applyRetention(Date.now())).toBe(0);
        const { end } = await transport.bounds(at);
        expect(await transport.applyRetention(Date.now() + 2 * day)).toBe(2);
        expect(await transport.bounds(at)).toEqual({ start: end, end });
        expect(await read(end)).toEqual([]);
        await expect(read(0)).rejects.toThrow(OffsetOutOfRange);
        await append('c');
        expect(await readAll(transport, at)).toMatchObject([{ offset: end, value: 'c' }]);
      });

      needing('retention')('by size removes whole batches from the front until the rest fits', async () => {
        const [batch] = batchesOf(...numbered('a', 10));
        const size = batch?.bytes.length ?? 0;
        await kept({ retentionBytes: 2 * size + 1 });
        for (const prefix of ['a', 'b', 'c', 'd']) await append(...numbered(prefix, 10));
        expect(await transport.applyRetention(Date.now())).toBe(20);
        expect(await values()).toEqual([...numbered('c', 10), ...numbered('d', 10)]);
        expect(await transport.applyRetention(Date.now())).toBe(0);
      });
    });
  });
}

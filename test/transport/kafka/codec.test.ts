/** Our batches to Kafka's and back, in bytes; kafkajs, which makes an object of each record, is the judge. */
import fc from 'fast-check';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { crc32c } from '../../../src/transport/kafka/codec/crc32c.ts';
import { FetchedBatches } from '../../../src/transport/kafka/codec/decode.ts';
import {
  batchHeaderBytes,
  encodeBatch,
  encodedBound,
  type Sequenced,
  unsequenced,
} from '../../../src/transport/kafka/codec/encode.ts';
import { WireReader, WireWriter } from '../../../src/transport/kafka/codec/wire.ts';
import {
  BatchBuilder,
  BatchCursor,
  CorruptBatch,
  Kind,
  maxBatchRecords,
  maxKeyBytes,
  type RecordBatch,
  type SealedBatch,
} from '../../../src/transport/record.ts';
import { writing } from '../records.ts';
import { decodeForeign, encodeForeign, foreign, type ForeignRecord, withAttributes } from './oracle.ts';

const at = { topic: 'orders', partition: 3 };
const now = 1_700_000_000_000;
const seed = { seed: Number(process.env['SEED'] ?? Date.now() % 1e6), numRuns: 200 };

interface Written {
  readonly kind: Kind;
  readonly watermark: number;
  readonly origin: number;
  readonly key: string;
  readonly trace: string;
  readonly value: string;
}

interface Group {
  readonly producer: { readonly name: string; readonly lineage: number; readonly epoch: number };
  readonly sequence: number;
  readonly records: readonly Written[];
}

const time = fc.oneof(fc.integer({ min: 0, max: 2 ** 41 }), fc.integer({ min: now - 100_000, max: now + 100_000 }));
const written: fc.Arbitrary<Written> = fc
  .record({
    marker: fc.boolean(),
    watermark: fc.oneof(fc.constant(-Infinity), fc.constant(Infinity), fc.double({ noNaN: true })),
    origin: fc.oneof(time, fc.double({ noNaN: true })),
    key: fc.string({ unit: 'binary', maxLength: 70 }),
    trace: fc.string({ maxLength: 60 }),
    value: fc.string({ maxLength: 200 }),
  })
  .map(({ marker, ...record }) =>
    marker ? { ...record, kind: Kind.marker, value: '' } : { ...record, kind: Kind.value },
  );
const outsider = fc.record({
  key: fc.string({ maxLength: 20 }),
  value: fc.string({ maxLength: 90 }),
  origin: fc.integer({ min: now - 50_000, max: now + 50_000 }),
});
const group: fc.Arbitrary<Group> = fc.oneof(
  fc.record({
    producer: fc.record({
      name: fc.string({ minLength: 1, maxLength: 60 }),
      lineage: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      epoch: fc.maxSafeNat(),
    }),
    sequence: fc.nat(2 ** 40),
    records: fc.array(written, { minLength: 1, maxLength: 12 }),
  }),
  fc.array(outsider, { minLength: 1, maxLength: 12 }).map(records => ({
    producer: { name: '', lineage: 0, epoch: 0 },
    sequence: 0,
    records: records.map(record => ({ ...record, kind: Kind.value, watermark: -Infinity, trace: '' })),
  })),
);

function sealed({ producer, sequence, records }: Group): SealedBatch[] {
  const builder = new BatchBuilder(producer, sequence);
  for (const { value, ...envelope } of records) builder.add(envelope, writing(value));
  return builder.take();
}

const encoded = (batches: readonly SealedBatch[], gzip = false, sequenced: Sequenced = unsequenced): Buffer =>
  encodeBatch(batches, { sequenced, now, gzip });

function decoded(bytes: Buffer, from = 0, aborted: ConstructorParameters<typeof FetchedBatches>[3] = []) {
  const batches = new FetchedBatches(at, from, bytes, aborted);
  const all: RecordBatch[] = [];
  for (let next = batches.decodeNext(); next !== undefined; next = batches.decodeNext()) all.push(...next);
  return { all, next: batches.next };
}

/** Everything that the engine sees of a record. */
function seen(batches: readonly RecordBatch[]) {
  return batches.flatMap(batch => {
    const cursor = new BatchCursor(batch);
    const records: (Written & {
      offset: number;
      producer: string;
      sequence: number;
      lineage: number;
      epoch: number;
    })[] = [];
    while (cursor.next()) {
      const { kind, watermark, origin, offset, sequence, producer, lineage, epoch } = cursor;
      const text = { key: cursor.key(), trace: cursor.trace(), value: cursor.value().toString() };
      records.push({
        kind: kind === Kind.marker ? Kind.marker : Kind.value,
        watermark,
        origin,
        ...text,
        offset,
        sequence,
        producer,
        lineage,
        epoch,
      });
    }
    return records;
  });
}

describe('our batches', () => {
  test('come back as they were, in one batch of Kafka, packed or not', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), fc.boolean(), (groups, gzip) => {
        const batches = groups.flatMap(sealed);
        const expected = groups.flatMap(({ producer: { name, lineage, epoch }, sequence, records }) =>
          records.map((record, n) => ({ ...record, producer: name, lineage, epoch, sequence: sequence + n })),
        );
        const found = seen(decoded(encoded(batches, gzip)).all);
        // Those from outside have no sequence that counts.
        const comparable = (all: readonly (Written & { producer: string; sequence: number })[]) =>
          all.map(record => ({ ...record, sequence: record.producer === '' ? 0 : record.sequence, offset: 0 }));
        expect(comparable(found)).toEqual(comparable(expected));
        expect(found.map(({ offset }) => offset)).toEqual(expected.map((_, n) => n));
      }),
      seed,
    );
  });

  test('take no more bytes than their bound', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), groups => {
        const batches = groups.flatMap(sealed);
        const bound = batches.reduce((sum, batch) => sum + encodedBound(batch), batchHeaderBytes);
        expect(encoded(batches).length).toBeLessThanOrEqual(bound);
      }),
      seed,
    );
  });

  test('are what kafkajs reads: keys, values, our header, the numbers of the producer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 4 }), fc.boolean(), async (groups, gzip) => {
        const sequenced = { producerId: 4_711, producerEpoch: 5, firstSequence: 2 ** 31 - 2 };
        const batch = await decodeForeign(encoded(groups.flatMap(sealed), gzip, sequenced));
        const expected = groups.flatMap(({ records }) => records);
        expect(batch).toMatchObject({ ...sequenced, producerId: '4711', lastOffsetDelta: expected.length - 1 });
        expect(batch.records.map(({ key, value }) => ({ key: String(key), value: value?.toString() ?? null }))).toEqual(
          expected.map(({ kind, key, value }) => ({
            key: Buffer.from(key).toString(),
            value: kind === Kind.marker ? null : value,
          })),
        );
        const times = batch.records.map(({ headers }, n) =>
          String(headers['millrace'] === undefined ? expected[n]?.origin : now),
        );
        expect(batch.records.map(({ timestamp }) => timestamp)).toEqual(times);
        expect(Number(batch.maxTimestamp)).toBe(Math.max(...batch.records.map(({ timestamp }) => Number(timestamp))));
      }),
      { ...seed, numRuns: 100 },
    );
  });

  test('from outside need no header, unless their origin is not when they enter the log', async () => {
    const alone = (origin: number): Group => ({
      producer: { name: '', lineage: 0, epoch: 0 },
      sequence: 0,
      records: [{ kind: Kind.value, watermark: -Infinity, origin, key: 'k', trace: '', value: 'v' }],
    });
    const read = async (origin: number) => (await decodeForeign(encoded(sealed(alone(origin))))).records[0];
    expect(await read(now - 3)).toMatchObject({ headers: {}, timestamp: String(now - 3) });
    expect(Object.keys((await read(3))?.headers ?? {})).toEqual(['millrace']);
    expect(await read(3)).toMatchObject({ timestamp: String(now) });
  });
});

describe('batches of others', () => {
  const bytes = fc.uint8Array({ maxLength: 100 }).map(part => Buffer.from(part));
  const anyone: fc.Arbitrary<ForeignRecord> = fc.record({
    key: fc.option(fc.string({ unit: 'binary', maxLength: 30 }).map(key => Buffer.from(key))),
    value: fc.option(bytes),
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), bytes, { maxKeys: 3 }),
    time: fc.integer({ min: 0, max: 2 ** 42 }),
  });

  test('are records from outside, with or without key, value and headers, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyone, { minLength: 1, maxLength: 20 }), fc.boolean(), async (records, gzip) => {
        const firstOffset = 2 ** 33 + 5;
        const batch = await encodeForeign(records, { firstOffset, compression: gzip ? 1 : 0 });
        const { all, next } = decoded(batch, firstOffset);
        expect(next).toBe(firstOffset + records.length);
        expect(seen(all)).toEqual(
          records.map(({ key, value, time: origin }, n) => ({
            producer: '',
            lineage: 0,
            epoch: 0,
            sequence: n,
            offset: firstOffset + n,
            kind: value === null ? Kind.marker : Kind.value,
            watermark: -Infinity,
            origin,
            trace: '',
            key: key?.toString() ?? '',
            value: value?.toString() ?? '',
          })),
        );
      }),
      { ...seed, numRuns: 100 },
    );
  });

  test('with a header of our name that is none of ours are from outside, too', async () => {
    for (const header of [Buffer.alloc(0), Buffer.alloc(200, 1), Buffer.alloc(40, 9)]) {
      const { all } = decoded(await encodeForeign([foreign({ headers: { millrace: header } })]));
      expect(seen(all)).toMatchObject([{ producer: '', value: 'v' }]);
    }
  });

  test('are read from the middle, without the records before', async () => {
    const records = ['a', 'b', 'c'].map(value => foreign({ value: Buffer.from(value) }));
    const { all } = decoded(await encodeForeign(records, { firstOffset: 10 }), 11);
    expect(seen(all)).toMatchObject([
      { offset: 11, value: 'b' },
      { offset: 12, value: 'c' },
    ]);
  });

  test('with holes become several of ours, and reading goes on behind a hole at the end', async () => {
    const records = [0, 1, 4, 9].map(delta => foreign({ delta, value: Buffer.from(`v${delta}`) }));
    const { all, next } = decoded(await encodeForeign(records, { firstOffset: 100 }));
    expect(all.map(({ firstOffset, records: count }) => [firstOffset, count])).toEqual([
      [100, 2],
      [104, 1],
      [109, 1],
    ]);
    expect(next).toBe(110);
    const cleaned = await encodeForeign(records, { firstOffset: 200 });
    cleaned.writeInt32BE(19, 23); // its last records were compacted away
    expect(decoded(withAttributes(cleaned, 0)).next).toBe(220);
  });

  test('larger than ours are cut', async () => {
    const records = Array.from({ length: maxBatchRecords * 2 + 3 }, () => foreign());
    const { all } = decoded(await encodeForeign(records));
    expect(all.map(({ records: count }) => count)).toEqual([maxBatchRecords, maxBatchRecords, 3]);
  });

  test('with longer keys than ours have theirs cut between two letters', async () => {
    const { all } = decoded(await encodeForeign([foreign({ key: Buffer.from(`k${'é'.repeat(maxKeyBytes)}`) })]));
    expect(seen(all)[0]?.key).toBe(`k${'é'.repeat((maxKeyBytes - 2) / 2)}`);
  });

  test('stamped by the broker have its time', async () => {
    const batch = await encodeForeign([foreign({ time: 5 }), foreign({ time: 9 })]);
    expect(seen(decoded(withAttributes(batch, 0x08)).all).map(({ origin }) => origin)).toEqual([9, 9]);
  });

  test('packed with zstd are read; a codec that Node lacks is named, and what to do', async () => {
    const plain = await encodeForeign([foreign({ value: Buffer.from('packed') })]);
    const packed = Buffer.concat([
      plain.subarray(0, batchHeaderBytes),
      zstdCompressSync(plain.subarray(batchHeaderBytes)),
    ]);
    packed.writeInt32BE(packed.length - 12, 8);
    expect(seen(decoded(withAttributes(packed, 4)).all)).toMatchObject([{ value: 'packed' }]);
    expect(() => decoded(withAttributes(packed, 2))).toThrow('compressed with snappy, which Node does not know');
    expect(() => decoded(withAttributes(packed, 3))).toThrow('gzip, zstd or none');
    expect(() => decoded(withAttributes(packed, 1))).toThrow(CorruptBatch);
  });
});

describe('transactions', () => {
  const data = (producerId: number, firstOffset: number, value: string) =>
    encodeForeign([foreign({ value: Buffer.from(value) })], { producerId, firstOffset, transactional: true });
  const marker = async (producerId: number, firstOffset: number) =>
    withAttributes(await encodeForeign([foreign()], { producerId, firstOffset }), 0x30);

  test('that were given up are no data, those that were committed are; markers are holes', async () => {
    const log = Buffer.concat([
      await data(1, 0, 'given up'),
      await data(2, 1, 'kept'),
      await marker(1, 2),
      await data(1, 3, 'kept later'),
      await marker(2, 4),
      await marker(1, 5),
    ]);
    const { all, next } = decoded(log, 0, [{ producerId: 1, firstOffset: 0 }]);
    expect(seen(all).map(({ offset, value }) => [offset, value])).toEqual([
      [1, 'kept'],
      [3, 'kept later'],
    ]);
    expect(next).toBe(6);
  });

  test('given up one after the other by the same producer are told apart', async () => {
    const log = Buffer.concat([
      await data(1, 0, 'kept'),
      await marker(1, 1),
      await data(1, 2, 'given up'),
      await marker(1, 3),
      await data(1, 4, 'given up, too'),
      await marker(1, 5),
    ]);
    const aborted = [4, 2].map(firstOffset => ({ producerId: 1, firstOffset }));
    expect(seen(decoded(log, 0, aborted).all).map(({ value }) => value)).toEqual(['kept']);
  });
});

describe('what cannot be right', () => {
  test('is refused: a checksum, an old format, lengths and counts that do not fit', async () => {
    const batch = await encodeForeign([foreign({ value: Buffer.from('changed on its way') })]);
    const changed = Buffer.from(batch);
    changed[changed.length - 4] = 0;
    expect(() => decoded(changed)).toThrow(Unavailable);
    const old = Buffer.from(batch);
    old[16] = 1;
    expect(() => decoded(old)).toThrow('has the message format 1');
    const many = Buffer.from(batch);
    many.writeInt32BE(2 ** 30, 57);
    expect(() => decoded(withAttributes(many, 0))).toThrow(CorruptBatch);
  });

  test('never makes a decoder read past the end, whatever byte is wrong', async () => {
    const batch = await encodeForeign([foreign({ headers: { a: Buffer.from('b') } }), foreign()]);
    fc.assert(
      fc.property(fc.nat(batch.length - batchHeaderBytes - 1), fc.nat(255), (place, byte) => {
        const changed = Buffer.from(batch);
        changed[batchHeaderBytes + place] = byte;
        expect(lengths(withAttributes(changed, 0))).toBeLessThan(99);
      }),
      seed,
    );
  });

  /** Of the values together; 0 where the batch is refused. */
  function lengths(bytes: Buffer): number {
    try {
      return seen(decoded(bytes).all).reduce((sum, { value }) => sum + value.length, 0);
    } catch (error) {
      if (error instanceof CorruptBatch) return 0;
      throw error;
    }
  }

  test('a batch that is cut off at the end of an answer is left for the next', async () => {
    const first = await encodeForeign([foreign(), foreign()]);
    const second = await encodeForeign([foreign()], { firstOffset: 2 });
    for (const bytes of [1, 30, second.length - 1]) {
      const log = Buffer.concat([first, second.subarray(0, bytes)]);
      expect(decoded(log).next).toBe(2);
      expect(FetchedBatches.endOf(log, 0)).toBe(2);
    }
    expect(FetchedBatches.endOf(Buffer.concat([first, second]), 0)).toBe(3);
  });
});

test('the checksum is that of kafkajs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, start) => {
      const part = Buffer.from(bytes.subarray(start));
      expect(crc32c(bytes, Math.min(start, bytes.length))).toBe(crc32C(part) >>> 0);
    }),
    seed,
  );
});

test.each([false, true])('the types of the protocol come back as they were, flexible: %s', flexible => {
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 300 }));
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer(), fc.array(text, { maxLength: 200 }), (large, small, texts) => {
      const writer = new WireWriter(flexible);
      writer.int64(large).int32(small);
      const bytes = writer
        .array(texts, each => writer.string(each))
        .end()
        .int8(-1)
        .take();
      const reader = new WireReader(bytes, flexible);
      expect([reader.int64(), reader.int32()]).toEqual([large, small]);
      expect(reader.array(() => reader.string())).toEqual(
        texts.map(each => (each === null ? null : Buffer.from(each).toString())),
      );
      reader.end();
      expect(reader.int8()).toBe(-1);
      expect(() => reader.int8()).toThrow(Unavailable);
    }),
    seed,
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BatchBuilder,
  BatchCursor,
  CorruptBatch,
  type Envelope,
  Kind,
  maxBatchBytes,
  maxBatchRecords,
  maxKeyBytes,
  maxValueBytes,
  outside,
  type Producer,
  type RecordBatch,
  RecordTooLarge,
  type SealedBatch,
} from '../../src/transport/record.ts';

interface Written extends Envelope {
  readonly value: Buffer;
}
interface Read extends Written, Producer {
  readonly offset: number;
  readonly sequence: number;
}

/** Writes as avsc does: a value that does not fit is answered with minus the number of missing bytes. */
const writing = (value: Buffer) => (buffer: Buffer, at: number) => {
  const end = at + value.length;
  if (end > buffer.length) return buffer.length - end;
  value.copy(buffer, at);
  return end;
};

const plain = (value: Buffer, key = 'k'): Written => ({
  kind: Kind.value,
  watermark: -Infinity,
  origin: 0,
  key,
  trace: '',
  value,
});

function add(builder: BatchBuilder, ...records: readonly Written[]): void {
  for (const record of records) builder.add(record, writing(record.value));
}

function withOffsets(sealed: readonly SealedBatch[], first: number): RecordBatch[] {
  let firstOffset = first;
  return sealed.map(batch => {
    const placed = { ...batch, firstOffset };
    firstOffset += batch.records;
    return placed;
  });
}

function walk(batch: RecordBatch): Read[] {
  const cursor = new BatchCursor(batch);
  const read: Read[] = [];
  while (cursor.next()) {
    read.push({
      kind: cursor.kind === Kind.marker ? Kind.marker : Kind.value,
      watermark: cursor.watermark,
      origin: cursor.origin,
      key: cursor.key(),
      trace: cursor.trace(),
      value: Buffer.from(cursor.value()),
      name: cursor.producer,
      lineage: cursor.lineage,
      epoch: cursor.epoch,
      offset: cursor.offset,
      sequence: cursor.sequence,
    });
  }
  return read;
}

const walkAll = (batches: readonly RecordBatch[]): Read[] => batches.flatMap(walk);

/** 'read', or with which error the work ended. */
function outcome(work: () => unknown): string {
  try {
    work();
    return 'read';
  } catch (error) {
    return error instanceof CorruptBatch ? error.code : String(error);
  }
}

const unicode = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
const instants = fc.oneof(fc.constant(-Infinity), fc.constant(Infinity), fc.double({ noNaN: true }));
const written: fc.Arbitrary<Written> = fc.record({
  kind: fc.constantFrom(Kind.value, Kind.marker),
  watermark: instants,
  origin: instants,
  key: unicode(30),
  trace: unicode(20),
  value: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 200_000 }).map(size => Buffer.alloc(size, size)) },
  ),
});
const producers: fc.Arbitrary<Producer> = fc.record({
  name: unicode(20),
  lineage: fc.nat(0xffffffff),
  epoch: fc.maxSafeNat(),
});

describe('record batches', () => {
  test('are read back as they were built', () => {
    const sequences = fc.nat(2 ** 40);
    fc.assert(
      fc.property(
        producers,
        sequences,
        sequences,
        fc.array(written, { maxLength: 60 }),
        (by, sequence, offset, records) => {
          const builder = new BatchBuilder(by, sequence);
          add(builder, ...records);
          const expected = records.map((record, at) => ({
            ...record,
            ...by,
            offset: offset + at,
            sequence: sequence + at,
          }));
          expect(walkAll(withOffsets(builder.take(), offset))).toEqual(expected);
          expect(builder.sequence).toBe(sequence + records.length);
          expect(builder.records).toBe(records.length);
        },
      ),
    );
  });

  test('hold at most so many records', () => {
    const builder = new BatchBuilder(outside, 0);
    for (let n = 0; n < 2 * maxBatchRecords + 1; n++) add(builder, plain(Buffer.of(n)));
    expect(builder.take().map(batch => batch.records)).toEqual([maxBatchRecords, maxBatchRecords, 1]);
  });

  test('hold at most so many bytes, but for a record that is larger by itself', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: maxValueBytes }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, all => {
        const builder = new BatchBuilder(outside, 0);
        add(builder, ...all.map(size => plain(Buffer.alloc(size))));
        const sealed = builder.take();
        const lengths = sealed.map(batch => (batch.records > 1 ? batch.bytes.length : 0));
        expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(maxBatchBytes);
        const read = walkAll(withOffsets(sealed, 0));
        expect(read.map(record => record.value.length)).toEqual(all);
        expect(read.map(record => record.sequence)).toEqual(all.map((_, at) => at));
      }),
      { numRuns: 30 },
    );
  });

  test('fit into a request of Event Hubs, even with the largest record', () => {
    const builder = new BatchBuilder({ name: 'p'.repeat(255), lineage: 1, epoch: 1 }, 0);
    add(builder, plain(Buffer.alloc(maxBatchBytes - 400)));
    add(builder, { ...plain(Buffer.alloc(maxValueBytes), 'k'.repeat(maxKeyBytes)), trace: 't'.repeat(255) });
    const largest = Math.max(...builder.take().map(batch => batch.bytes.length));
    expect(largest).toBeLessThan(1_046_528);
  });

  test('take values of any size up to the limit, wherever they fall in the buffer', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, all => {
        const builder = new BatchBuilder(outside, 0);
        const values = all.map((size, at) => Buffer.alloc(size, at + 1));
        add(builder, ...values.map(value => plain(value)));
        expect(walkAll(withOffsets(builder.take(), 0)).map(record => record.value)).toEqual(values);
      }),
    );
    const builder = new BatchBuilder(outside, 0);
    add(builder, plain(Buffer.alloc(maxValueBytes, 7), 'k'.repeat(maxKeyBytes)));
    expect(walkAll(withOffsets(builder.take(), 0))).toMatchObject([{ value: Buffer.alloc(maxValueBytes, 7) }]);
  });

  test('take values of writers that know only that bytes are missing, not how many', () => {
    const value = Buffer.alloc(300_000, 5);
    const builder = new BatchBuilder(outside, 0);
    const vague = writing(value);
    builder.add(plain(value), (buffer, at) => Math.max(vague(buffer, at), -1));
    expect(walkAll(withOffsets(builder.take(), 0))).toMatchObject([{ value }]);
  });

  test('once taken do not change when the builder goes on', () => {
    const builder = new BatchBuilder(outside, 0);
    add(builder, plain(Buffer.from('first')));
    const [taken] = builder.take();
    const before = Buffer.from(taken?.bytes ?? []);
    add(builder, plain(Buffer.from('other')));
    builder.take();
    expect(taken?.bytes).toEqual(before);
    expect(builder.take()).toEqual([]);
  });
});

describe('a record over a limit', () => {
  const tooLarge: readonly (readonly [string, Written])[] = [
    ['a value', plain(Buffer.alloc(maxValueBytes + 1))],
    ['a value far over it', plain(Buffer.alloc(8 * maxValueBytes))],
    ['a key', plain(Buffer.from('v'), 'k'.repeat(maxKeyBytes + 1))],
    ['a key whose UTF-8', plain(Buffer.from('v'), 'é'.repeat(maxKeyBytes / 2 + 1))],
    ['a trace', { ...plain(Buffer.from('v')), trace: 't'.repeat(256) }],
  ];

  test.each(tooLarge)('(%s is too long) is refused and leaves the builder as it was', (_, record) => {
    for (const before of [0, 1, 3, maxBatchRecords]) {
      const records = Array.from({ length: before }, (_unused, n) => plain(Buffer.of(n, n + 1)));
      const builder = new BatchBuilder({ name: 'task', lineage: 1, epoch: 2 }, 10);
      add(builder, ...records);
      expect(() => add(builder, record)).toThrow(RecordTooLarge);
      expect([builder.records, builder.sequence]).toEqual([before, 10 + before]);
      add(builder, plain(Buffer.from('after')));
      const read = walkAll(withOffsets(builder.take(), 0));
      expect(read.map(({ value }) => value)).toEqual([...records.map(({ value }) => value), Buffer.from('after')]);
      expect(read.map(({ sequence }) => sequence)).toEqual(read.map((_unused, at) => 10 + at));
    }
  });

  test('does not stop a builder whose writer throws', () => {
    const builder = new BatchBuilder(outside, 0);
    add(builder, plain(Buffer.from('before')));
    const failing = () => {
      throw new TypeError('no such field');
    };
    expect(() => builder.add(plain(Buffer.of()), failing)).toThrow(TypeError);
    add(builder, plain(Buffer.from('after')));
    expect(walkAll(withOffsets(builder.take(), 0)).map(({ value }) => value.toString())).toEqual(['before', 'after']);
  });

  test('is no reason for a producer with a name that is too long', () => {
    const builder = new BatchBuilder({ name: 'n'.repeat(256), lineage: 0, epoch: 0 }, 0);
    expect(() => add(builder, plain(Buffer.of(1)))).toThrow(RecordTooLarge);
  });
});

describe('damaged bytes', () => {
  const sound = (): RecordBatch => {
    const builder = new BatchBuilder({ name: 'task', lineage: 1, epoch: 2 }, 3);
    add(builder, ...['one', 'two', 'three'].map(word => ({ ...plain(Buffer.from(word), word), trace: 'trace' })));
    const [batch] = withOffsets(builder.take(), 5);
    if (batch === undefined) throw new Error('nothing built');
    return batch;
  };

  test('are read as something or refused as corrupt, never with another error', () => {
    const changes = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(200), fc.integer({ min: 0, max: 600 }), (all, cut, records) => {
        const batch = sound();
        for (const [at, byte] of all) batch.bytes[at % batch.bytes.length] = byte;
        const damaged = { ...batch, records, bytes: batch.bytes.subarray(0, batch.bytes.length - (cut % 60)) };
        expect(outcome(() => walk(damaged))).toMatch(/^(read|CORRUPT_BATCH)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that are cut short are refused wherever the cut is', () => {
    const batch = sound();
    for (let length = 0; length < batch.bytes.length; length++)
      expect(() => walk({ ...batch, bytes: batch.bytes.subarray(0, length) })).toThrow(CorruptBatch);
  });

  test('of another version, of an unknown kind, and left over after the last record are refused', () => {
    const other = sound();
    other.bytes[0] = 9;
    expect(() => walk(other)).toThrow('offset 5');
    const kind = sound();
    kind.bytes[26] = 9;
    expect(() => walk(kind)).toThrow(CorruptBatch);
    expect(() => walk({ ...sound(), records: 2 })).toThrow(CorruptBatch);
  });
});

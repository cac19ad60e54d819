import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/stream/decoder.ts';
import { type AvroDefinition, InvalidSchema } from '../../src/stream/definition.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';
import { azure, confluent } from '../../src/stream/framing.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { headerBytes, schema } from '../../src/stream/schema.ts';
import { plain, rich, richSchema, written, type Rich } from './rich.ts';

const encoded = (definition: AvroDefinition, value: unknown): Buffer => {
  const buffer = Buffer.alloc(2_000);
  return buffer.subarray(0, schema<unknown>(definition).encode(value, buffer, 0));
};

/** A value's bytes with the right header and a body of one's own. */
const forged = (definition: AvroDefinition, ...body: number[]): Buffer =>
  Buffer.concat([schema(definition).codec.header, Buffer.from(body)]);

const reasonFor = (definition: AvroDefinition, ...body: number[]): string => {
  const decoder = new Decoder(schema<unknown>(definition));
  const bytes = forged(definition, ...body);
  expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
  return decoder.problem?.kind === 'broken' ? decoder.problem.reason : '';
};

describe("with the reader's own schema", () => {
  test('every value comes back as it was written', () => {
    const decoder = new Decoder(richSchema);
    fc.assert(
      fc.property(rich, value => {
        const { buffer, start, end } = written(value);
        expect(plain(decoder.decode(buffer, start, end))).toEqual(plain(value));
        expect(decoder.problem).toBeUndefined();
      }),
    );
  });

  test('a value that is cut short anywhere is broken, though the bytes after it would complete it', () => {
    const decoder = new Decoder(richSchema);
    fc.assert(
      fc.property(rich, value => {
        const { buffer, start, end } = written(value);
        for (let cut = start; cut < end; cut++) {
          expect(decoder.decode(buffer, start, cut)).toBeUndefined();
          expect(decoder.problem).toMatchObject({ kind: 'broken' });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('bytes after the value are an error', () => {
    const decoder = new Decoder(richSchema);
    fc.assert(
      fc.property(rich, fc.integer({ min: 1, max: 5 }), (value, more) => {
        const { buffer, start, end } = written(value);
        expect(decoder.decode(buffer, start, end + more)).toBeUndefined();
        expect(decoder.problem).toMatchObject({ reason: expect.stringContaining(`${more} bytes follow the value`) });
      }),
    );
  });

  test('a problem is forgotten with the next value', () => {
    const decoder = new Decoder(schema<number>('int'));
    const bytes = encoded('int', 5);
    expect(decoder.decode(bytes, 0, bytes.length - 1)).toBeUndefined();
    expect(decoder.decode(bytes, 0, bytes.length)).toBe(5);
    expect(decoder.problem).toBeUndefined();
  });
});

describe('broken bytes', () => {
  /** Whatever is accepted must be a value of the schema, which can be written again. */
  const isSoundOrRefused = (decoder: Decoder<Rich>, bytes: Buffer, start: number, end: number): boolean => {
    const value = decoder.decode(bytes, start, end);
    if (value === undefined) return decoder.problem !== undefined;
    return richSchema.encode(value, Buffer.alloc(50_000), 0) > 0;
  };

  test('of any kind never throw', () => {
    const decoder = new Decoder(richSchema);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: -5, max: 210 }), (array, start) => {
        expect(isSoundOrRefused(decoder, Buffer.from(array), start, array.length)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('behind a valid header never throw', () => {
    const decoder = new Decoder(richSchema);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), body => {
        const bytes = Buffer.concat([richSchema.codec.header, body]);
        expect(isSoundOrRefused(decoder, bytes, 0, bytes.length)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('that were a value before bits flipped never throw, and give no value that could not be written', () => {
    const decoder = new Decoder(richSchema);
    const flip = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 }));
    fc.assert(
      fc.property(rich, fc.array(flip, { minLength: 1, maxLength: 4 }), (value, flips) => {
        const { buffer, start, end } = written(value);
        for (const [at, bit] of flips) {
          const place = start + headerBytes + (at % (end - start - headerBytes));
          buffer.writeUInt8(buffer.readUInt8(place) ^ (1 << bit), place);
        }
        expect(isSoundOrRefused(decoder, buffer, start, end)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each<readonly [string, AvroDefinition, readonly number[], string]>([
    ['a length of 2^30 in a string', 'string', [0x80, 0x80, 0x80, 0x80, 0x08], 'cut short: 1073741824 bytes needed'],
    ['a length of 2^30 in bytes', 'bytes', [0x80, 0x80, 0x80, 0x80, 0x08], 'cut short: 1073741824 bytes needed'],
    ['2^30 items', { type: 'array', items: 'int' }, [0x80, 0x80, 0x80, 0x80, 0x08, 0], '1073741824 items in 1 bytes'],
    [
      '2^30 items by a negative count',
      { type: 'array', items: 'int' },
      [0xff, 0xff, 0xff, 0xff, 0x07, 0, 0],
      '1073741824 items',
    ],
    ['2^30 entries', { type: 'map', values: 'int' }, [0x80, 0x80, 0x80, 0x80, 0x08, 0], '1073741824 items in 1 bytes'],
    ['a negative length', 'string', [0x01], 'a negative length (-1)'],
    ['a length that never ends', 'string', Array.from({ length: 200 }, () => 0xff), 'a length beyond 2^31'],
    ['a number that never ends', 'long', Array.from({ length: 200 }, () => 0x80), 'not a long'],
    ['a long of 2^53', 'long', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], 'not a long'],
    ['the least long', 'long', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 'not a long'],
    ['a long of -2^52 - 1', 'long', [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], 'not a long'],
    ['a long in an int', 'int', [0x80, 0x80, 0x80, 0x80, 0x10], 'not an int'],
    ['a boolean of 2', 'boolean', [2], 'neither 0 nor 1'],
    ['a symbol that is not there', { type: 'enum', name: 'E', symbols: ['A'] }, [2], 'no symbol of its enum'],
    ['a branch that is not there', ['null', 'int'], [4], 'no branch of its union'],
    ['text that is not UTF-8', 'string', [4, 0xc3, 0x28], 'not UTF-8'],
    [
      'a map with a prototype',
      { type: 'map', values: 'null' },
      [2, 18, ...Buffer.from('__proto__'), 0],
      "a key '__proto__'",
    ],
    ['a block of another size', { type: 'array', items: 'int' }, [1, 4, 2, 0], 'another size than it claims'],
  ])('%s is a reason', (_, definition, body, reason) => {
    expect(reasonFor(definition, ...body)).toContain(reason);
  });

  test('that claim a billion items allocate next to nothing', () => {
    const before = process.memoryUsage();
    for (const type of ['array', 'map']) {
      const definition: AvroDefinition = { type, items: 'int', values: 'int' };
      for (let i = 0; i < 100; i++) reasonFor(definition, 0x80, 0x80, 0x80, 0x80, 0x08, 0);
    }
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(50e6);
  });

  test('that nest deeper than the stack are a reason', () => {
    const node: AvroDefinition = { type: 'record', name: 'N', fields: [{ name: 'next', type: ['null', 'N'] }] };
    const deep = Array.from({ length: 200_000 }, () => 2);
    const bytes = Buffer.concat([schema(node).codec.header, Buffer.from([...deep, 0])]);
    const decoder = new Decoder(schema<unknown>(node));
    expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ kind: 'broken' });
  });

  test('name the field they were met in', () => {
    const nested: AvroDefinition = {
      type: 'record',
      name: 'R',
      fields: [
        {
          name: 'rows',
          type: { type: 'array', items: { type: 'record', name: 'Row', fields: [{ name: 'id', type: 'string' }] } },
        },
      ],
    };
    expect(reasonFor(nested, 2, 40, 0)).toContain('R: rows[].id: cut short');
  });

  test('without the marker, or with too few bytes for a header, are broken', () => {
    const decoder = new Decoder(schema<number>('int'));
    const bytes = encoded('int', 5);
    expect(decoder.decode(bytes, 0, 9)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ reason: expect.stringContaining('9 bytes are too few') });
    bytes.writeUInt8(1, 0);
    expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ reason: expect.stringContaining('the marker of an encoding (C3 01') });
    for (const [first, least] of [
      [[0xc3, 0x02], azure.bytes],
      [[0x00], confluent.bytes],
    ] as const) {
      const short = Buffer.alloc(least - 1);
      short.set(first);
      expect(decoder.decode(short, 0, short.length)).toBeUndefined();
      expect(decoder.problem).toMatchObject({ reason: expect.stringContaining(`${least - 1} bytes are too few`) });
    }
  });
});

describe("with another writer's schema", () => {
  const field = (name: string, type: AvroDefinition) => ({ name, type });
  const old: AvroDefinition = {
    type: 'record',
    name: 'R',
    fields: [field('id', 'string'), field('gone', 'bytes'), field('n', 'int')],
  };
  const today = schema<{ id: string; n: number; added: string }>({
    type: 'record',
    name: 'R',
    fields: [field('id', 'string'), field('n', 'double'), { ...field('added', 'string'), default: 'none' }],
  });
  const bytes = encoded(old, { id: 'a', gone: Buffer.from('xyz'), n: 4 });

  test('the problem names its fingerprint, and once learnt it is read as the own', async () => {
    const decoder = new Decoder(today);
    const fingerprint = fingerprintOf(old);
    expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
    expect(decoder.problem).toEqual({ kind: 'unknown-schema', reference: fingerprint });
    expect(await decoder.learn(fingerprint, memoryRegistry([old]))).toBe(true);
    expect(plain(decoder.decode(bytes, 0, bytes.length))).toEqual({ id: 'a', n: 4, added: 'none' });
  });

  test('who may ask the registry has the value at once; unknown stays unknown, and broken is not asked for', async () => {
    const decoder = new Decoder(today);
    expect(await decoder.decodeLearning(bytes, 0, bytes.length, memoryRegistry())).toBeUndefined();
    expect(decoder.problem).toEqual({ kind: 'unknown-schema', reference: fingerprintOf(old) });
    expect(plain(await decoder.decodeLearning(bytes, 0, bytes.length, memoryRegistry([old])))).toEqual({
      id: 'a',
      n: 4,
      added: 'none',
    });
    const unasked = { find: () => Promise.reject(new Error('it was asked')) };
    expect(await decoder.decodeLearning(bytes, 0, bytes.length - 1, unasked)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ kind: 'broken' });
  });

  test('a registry that does not know it leaves it unknown', async () => {
    const decoder = new Decoder(today);
    expect(await decoder.learn(fingerprintOf(old), memoryRegistry())).toBe(false);
    expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ kind: 'unknown-schema' });
  });

  test('bytes that it did not write are broken, also in the fields that are left out', async () => {
    const decoder = new Decoder(today);
    await decoder.learn(fingerprintOf(old), memoryRegistry([old]));
    for (let cut = headerBytes; cut < bytes.length; cut++) {
      expect(decoder.decode(bytes, 0, cut)).toBeUndefined();
      expect(decoder.problem).toMatchObject({ kind: 'broken' });
    }
    const huge = forged(old, 2, 0x61, 0x80, 0x80, 0x80, 0x80, 0x08, 0);
    expect(decoder.decode(huge, 0, huge.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ reason: expect.stringContaining('gone: cut short') });
  });

  test('an incompatible one is a reason, and is asked for once', async () => {
    const other: AvroDefinition = { type: 'record', name: 'R', fields: [field('id', 'long'), field('n', 'int')] };
    const decoder = new Decoder(today);
    let asked = 0;
    const registry = { ...memoryRegistry(), find: async () => ((asked += 1), other) };
    expect(await decoder.learn(fingerprintOf(other), registry)).toBe(true);
    expect(await decoder.learn(fingerprintOf(other), registry)).toBe(true);
    expect(asked).toBe(1);
    const foreign = encoded(other, { id: 1, n: 2 });
    expect(decoder.decode(foreign, 0, foreign.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ kind: 'broken', reason: expect.stringContaining('cannot be read as') });
  });

  test('a registry that answers another schema, or none at all, gives a reason and not another value', async () => {
    for (const answer of ['string', 'nonsense']) {
      const decoder = new Decoder(today);
      const registry = { ...memoryRegistry(), find: async () => answer };
      expect(await decoder.learn(fingerprintOf(old), registry)).toBe(true);
      expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
      expect(decoder.problem).toMatchObject({ kind: 'broken' });
    }
  });

  test('the number that is remembered is bounded: the oldest is forgotten and can be learnt again', async () => {
    const decoder = new Decoder(schema<{ n: number }>({ type: 'record', name: 'R', fields: [field('n', 'int')] }));
    const version = (i: number): AvroDefinition => ({
      type: 'record',
      name: 'R',
      fields: [field('n', 'int'), field(`f${i}`, 'int')],
    });
    const versions = Array.from({ length: 1_001 }, (_, i) => version(i));
    const registry = memoryRegistry(versions);
    for (const definition of versions) await decoder.learn(fingerprintOf(definition), registry);
    const first = encoded(version(0), { n: 7, f0: 1 });
    const second = encoded(version(1), { n: 8, f1: 1 });
    expect(decoder.decode(second, 0, second.length)).toMatchObject({ n: 8 });
    expect(decoder.decode(first, 0, first.length)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ kind: 'unknown-schema' });
    await decoder.learn(fingerprintOf(version(0)), registry);
    expect(decoder.decode(first, 0, first.length)).toMatchObject({ n: 7 });
  });
});

describe('with an id that a registry gave out', () => {
  const today = schema<{ n: number }>({ type: 'record', name: 'R', fields: [{ name: 'n', type: 'double' }] });
  const old: AvroDefinition = { type: 'record', name: 'R', fields: [{ name: 'n', type: 'int' }] };
  const id = 0x01020304;
  const azureId = '0123456789abcdef0123456789abcdef';
  const framed = [
    ['confluent:16909060', Buffer.from([0x00, 0x01, 0x02, 0x03, 0x04])],
    [`azure:${azureId}`, Buffer.concat([azure.marker, Buffer.from(azureId, 'hex')])],
  ] as const;

  test.each(framed)('%s, the value is read as its schema says', async (reference, head) => {
    const bytes = Buffer.concat([Buffer.from('before'), head, encoded(old, { n: -5 }).subarray(headerBytes)]);
    const decoder = new Decoder(today);
    const decode = (): unknown => plain(decoder.decode(bytes, 6, bytes.length));
    expect(decode()).toBeUndefined();
    expect(decoder.problem).toEqual({ kind: 'unknown-schema', reference });
    expect(await decoder.learn(reference, memoryRegistry([old]))).toBe(false);
    expect(await decoder.learn(reference, { find: async () => old })).toBe(true);
    expect(decode()).toEqual({ n: -5 });
    expect(decoder.decode(bytes, 6, bytes.length - 1)).toBeUndefined();
    expect(decoder.problem).toMatchObject({ reason: expect.stringContaining('n: cut short') });
  });

  test('each id has its own schema', async () => {
    const decoder = new Decoder(today);
    const names: Readonly<Record<string, AvroDefinition>> = { 'confluent:1': old, 'confluent:2': today.definition };
    for (const reference of Object.keys(names)) await decoder.learn(reference, { find: async each => names[each] });
    const first = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), encoded(old, { n: 7 }).subarray(headerBytes)]);
    const second = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 2]),
      encoded(today.definition, { n: 0.5 }).subarray(headerBytes),
    ]);
    expect(plain(decoder.decode(first, 0, first.length))).toEqual({ n: 7 });
    expect(plain(decoder.decode(second, 0, second.length))).toEqual({ n: 0.5 });
  });

  test('a schema that is none of Avro, or another than can be read, is a reason', async () => {
    const reference = `confluent:${id}`;
    const bytes = Buffer.concat([framed[0][1], Buffer.from([2])]);
    const protobuf = async (): Promise<AvroDefinition> =>
      Promise.reject(new InvalidSchema('it is PROTOBUF', 'Use Avro'));
    for (const [find, says] of [
      [protobuf, /the schema with the id 16909060 of a Confluent registry: it is PROTOBUF/],
      [async () => 'string', /its schema confluent:16909060 cannot be read as/],
    ] as const) {
      const decoder = new Decoder(today);
      expect(await decoder.learn(reference, { find })).toBe(true);
      expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
      expect(decoder.problem).toMatchObject({ kind: 'broken', reason: expect.stringMatching(says) });
    }
  });
});

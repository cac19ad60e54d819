import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidSchema, type AvroDefinition } from '../../src/stream/definition.ts';
import { EncodingFailed, headerBytes, schema } from '../../src/stream/schema.ts';
import { rich, richDefinition, richSchema, type Rich } from './rich.ts';

const sample: Rich = {
  nothing: null,
  flag: true,
  int: 1,
  long: 2,
  float: 0.5,
  double: 0.1,
  bytes: Buffer.from('ab'),
  text: 'é',
  suit: 'hearts',
  hash: Buffer.from('abcd'),
  maybe: null,
  entries: [{ id: 'a', score: 1 }],
  counts: { a: 1 },
  chain: null,
};

/** Writes anything, as a caller without types would. */
const attempt = (definition: AvroDefinition, value: unknown) => () =>
  schema<unknown>(definition).encode(value, Buffer.alloc(500), 0);

describe('encoding', () => {
  test('writes the marker, the fingerprint in little endian and the body', () => {
    const buffer = Buffer.alloc(20);
    const end = schema<number>('int').encode(-3, buffer, 2);
    expect(end).toBe(13);
    expect(buffer.subarray(2, end).toString('hex')).toBe('c3018f5c393f1ad5757205');
  });

  test('writes the body that plain avsc writes', () => {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- the oracle is avsc as it comes, without our edge to it
    const oracle = avro.Type.forSchema(structuredClone(richDefinition) as avro.Schema);
    fc.assert(
      fc.property(rich, value => {
        const buffer = Buffer.alloc(10_000);
        const end = richSchema.encode(value, buffer, 7);
        expect(buffer.subarray(7 + headerBytes, end)).toEqual(oracle.toBuffer(value));
      }),
    );
  });

  test('answers exactly how many bytes are missing, whatever the size, and leaves what stands before', () => {
    const end = richSchema.encode(sample, Buffer.alloc(1000), 3);
    for (let size = 0; size < end; size++) {
      const buffer = Buffer.alloc(size, 0xee);
      expect(richSchema.encode(sample, buffer, 3)).toBe(size - end);
      expect(buffer.subarray(0, 3).every(byte => byte === 0xee)).toBe(true);
    }
    const exact = Buffer.alloc(end);
    expect(richSchema.encode(sample, exact, 3)).toBe(end);
  });

  test('writes nothing into a view from outside of it', () => {
    const whole = Buffer.alloc(400, 0xee);
    richSchema.encode(sample, whole.subarray(100, 130), 0);
    expect(whole.subarray(0, 100).every(byte => byte === 0xee)).toBe(true);
    expect(whole.subarray(130).every(byte => byte === 0xee)).toBe(true);
  });
});

describe('a value that does not fit', () => {
  const kind: AvroDefinition = { type: 'enum', name: 'Kind', symbols: ['rating', 'order'] };
  const inRecord = (type: AvroDefinition): AvroDefinition => ({
    type: 'record',
    name: 'R',
    fields: [{ name: 'list', type: { type: 'array', items: type } }],
  });

  test.each<readonly [string, AvroDefinition, unknown, string]>([
    ['a string for a double', 'double', '4', 'R.list.1: expected double, got "4"'],
    ['a fraction for a long', 'long', 1.5, 'R.list.1: expected long, got 1.5'],
    ['a long past 2^53', 'long', 2 ** 53, 'R.list.1: expected long, got 9007199254740992'],
    ['an int past 2^31', 'int', 2 ** 31, 'R.list.1: expected int, got 2147483648'],
    ['a long below -2^52', 'long', -(2 ** 52) - 1, 'R.list.1: expected long, got -4503599627370497'],
    ['infinity for a long', 'long', Infinity, 'R.list.1: expected long, got Infinity'],
    ['NaN for a long', 'long', NaN, 'R.list.1: expected long, got NaN'],
    ['nothing', 'string', undefined, 'R.list.1: expected string, got undefined'],
    ['an unknown symbol', kind, 'gift', 'R.list.1: expected "Kind", got "gift"'],
    ['a symbol that every object has', kind, 'constructor', 'R.list.1: expected "Kind", got "constructor"'],
    ['another one', kind, '__proto__', 'R.list.1: expected "Kind", got "__proto__"'],
    ['half a surrogate pair', 'string', 'a\ud800', 'R.list.1: expected string, got "a\\ud800"'],
    ['half a surrogate pair in a union', ['null', 'string'], '\udc00', 'R.list.1: expected string, got "\\udc00"'],
    ['a typed array for bytes', 'bytes', new Uint8Array(2), 'R.list.1: expected bytes, got an object'],
  ])('%s is refused with its path', (_, type, value, message) => {
    const good =
      schema<unknown>(type).name === 'Kind' ? 'rating' : { double: 1, long: 1, int: 1, bytes: Buffer.alloc(1) };
    const first = typeof type === 'string' && typeof good === 'object' && type in good ? Reflect.get(good, type) : good;
    const list = [typeof first === 'object' && !Buffer.isBuffer(first) ? 'ok' : first, value];
    expect(attempt(inRecord(type), { list })).toThrow(EncodingFailed);
    expect(attempt(inRecord(type), { list })).toThrow(message.replace('"Kind"', 'Kind'));
  });

  test('is refused when it is no object at all, a cycle, or throws when it is read', () => {
    const node: AvroDefinition = { type: 'record', name: 'N', fields: [{ name: 'next', type: ['null', 'N'] }] };
    const cycle: { next: unknown } = { next: null };
    cycle.next = cycle;
    const trap = {
      get next(): never {
        throw new Error('not today');
      },
    };
    for (const value of [null, undefined, 7, cycle, trap]) expect(attempt(node, value)).toThrow(EncodingFailed);
  });

  test('does not fill the message with a long string', () => {
    expect(attempt('double', 'x'.repeat(100_000))).toThrow(/^double: expected double, got "x{60}\.\.\."/);
  });
});

describe('a schema', () => {
  test('has the full name of its type', () => {
    expect(richSchema.name).toBe('test.Rich');
    expect(schema({ type: 'record', name: 'R', namespace: 'n', fields: [] }).name).toBe('n.R');
  });

  test.each<readonly [string, AvroDefinition, string]>([
    ['an unknown type', 'nonsense', 'nonsense'],
    ['a record without fields', { type: 'record', name: 'R' }, 'fields'],
    [
      'a default of another type',
      { type: 'record', name: 'R', fields: [{ name: 'a', type: 'int', default: 'x' }] },
      'x',
    ],
    ['a union of two numbers, which values do not tell apart', ['int', 'double'], 'ambiguous'],
    ['a list of nothing, whose length no bytes bound', { type: 'array', items: 'null' }, 'take no bytes'],
  ])('is refused for %s', (_, definition, message) => {
    expect(() => schema(definition)).toThrow(InvalidSchema);
    expect(() => schema(definition)).toThrow(message);
  });
});

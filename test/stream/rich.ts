/** A schema with every kind of Avro type in it, and values of it. */
import fc from 'fast-check';
import type { AvroDefinition } from '../../src/stream/definition.ts';
import { schema } from '../../src/stream/schema.ts';

interface Node {
  readonly label: string;
  readonly next: Node | null;
}

export interface Rich {
  readonly nothing: null;
  readonly flag: boolean;
  readonly int: number;
  readonly long: number;
  readonly float: number;
  readonly double: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly suit: 'clubs' | 'hearts';
  readonly hash: Buffer;
  readonly maybe: string | null;
  readonly entries: readonly { readonly id: string; readonly score: number }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly chain: Node | null;
}

export const richDefinition = {
  type: 'record',
  name: 'test.Rich',
  fields: [
    { name: 'nothing', type: 'null' },
    { name: 'flag', type: 'boolean' },
    { name: 'int', type: 'int' },
    { name: 'long', type: 'long' },
    { name: 'float', type: 'float' },
    { name: 'double', type: 'double' },
    { name: 'bytes', type: 'bytes' },
    { name: 'text', type: 'string' },
    { name: 'suit', type: { type: 'enum', name: 'Suit', symbols: ['clubs', 'hearts'] } },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 4 } },
    { name: 'maybe', type: ['null', 'string'] },
    {
      name: 'entries',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Entry',
          fields: [
            { name: 'id', type: 'string' },
            { name: 'score', type: 'double' },
          ],
        },
      },
    },
    { name: 'counts', type: { type: 'map', values: 'long' } },
    {
      name: 'chain',
      type: [
        'null',
        {
          type: 'record',
          name: 'Node',
          fields: [
            { name: 'label', type: 'string' },
            { name: 'next', type: ['null', 'Node'] },
          ],
        },
      ],
    },
  ],
} satisfies AvroDefinition;

export const richSchema = schema<Rich>(richDefinition);

const least = -(2 ** 52);
const greatest = 2 ** 53 - 2;
const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const long = fc.oneof(
  fc.maxSafeInteger().filter(n => n >= least && n <= greatest),
  fc.constantFrom(least, least + 1, greatest, 0, -1),
);
const bytes = (size: fc.IntArrayConstraints) => fc.uint8Array(size).map(array => Buffer.from(array));

export const rich: fc.Arbitrary<Rich> = fc.record({
  nothing: fc.constant(null),
  flag: fc.boolean(),
  int: fc.integer(),
  long,
  float: fc.float(),
  double: fc.double(),
  bytes: bytes({ maxLength: 40 }),
  text,
  suit: fc.constantFrom('clubs', 'hearts'),
  hash: bytes({ minLength: 4, maxLength: 4 }),
  maybe: fc.option(text),
  entries: fc.array(fc.record({ id: text, score: fc.double() }), { maxLength: 5 }),
  counts: fc.dictionary(
    text.filter(key => key !== '__proto__'),
    long,
    { maxKeys: 4, noNullPrototype: true },
  ),
  chain: fc
    .array(text, { maxLength: 3 })
    .map(labels => labels.reduceRight<Node | null>((next, label) => ({ label, next }), null)),
});

/** The bytes of a value, with room before and after as in a batch; answers where they stand. */
export const written = (value: Rich, before = 3, after = 5): { buffer: Buffer; start: number; end: number } => {
  const missing = richSchema.encode(value, Buffer.alloc(0), 0);
  const buffer = Buffer.alloc(before - missing + after, 0xee);
  return { buffer, start: before, end: richSchema.encode(value, buffer, before) };
};

/** Undoes what avsc adds to plain values: its records have a class. -0 of an int or long is 0 in bytes. */
export const plain = (value: unknown): unknown => {
  if (value === 0) return 0;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
};

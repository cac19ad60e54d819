import { describe, expect, test } from 'vitest';
import { avroType } from '../../src/stream/avro.ts';
import type { AvroDefinition, AvroField } from '../../src/stream/definition.ts';
import { canonicalForm, crc64Avro, fingerprintOf } from '../../src/stream/fingerprint.ts';

/** Fingerprints that the Avro project publishes with its specification (share/test/data/schema-tests.txt), as signed longs. */
const published: readonly (readonly [definition: AvroDefinition, fingerprint: bigint])[] = [
  ['null', 7195948357588979594n],
  ['boolean', -6970731678124411036n],
  ['int', 8247732601305521295n],
  ['long', -3434872931120570953n],
  ['float', 5583340709985441680n],
  ['double', -8181574048448539266n],
  ['bytes', 5746618253357095269n],
  ['string', -8142146995180207161n],
  [['int'], -5232228896498058493n],
  [['int', { type: 'boolean' }], 5392556393470105090n],
  [{ fields: [], type: 'record', name: 'foo' }, -4824392279771201922n],
  [{ fields: [], type: 'record', name: 'foo', namespace: 'x.y' }, 5916914534497305771n],
  [{ fields: [], type: 'record', name: 'a.b.foo', namespace: 'x.y' }, -4616218487480524110n],
  [{ fields: [], type: 'record', name: 'foo', doc: 'What it is', aliases: ['foo', 'bar'] }, -4824392279771201922n],
  [{ type: 'record', name: 'foo', fields: [{ type: { type: 'boolean' }, name: 'f1' }] }, 7843277075252814651n],
  [{ type: 'enum', name: 'foo', symbols: ['A1'] }, -6342190197741309591n],
  [{ type: 'enum', namespace: 'x.y.z', name: 'foo', doc: 'two', symbols: ['A1', 'A2'] }, -4448647247586288245n],
  [{ type: 'fixed', name: 'foo', size: 15 }, 1756455273707447556n],
  [{ type: 'fixed', namespace: 'x.y.z', name: 'foo', size: 32 }, -3064184465700546786n],
  [{ type: 'array', items: { type: 'null' } }, -589620603366471059n],
  [{ type: 'map', values: 'string' }, -8732877298790414990n],
  [
    { type: 'record', name: 'PigValue', fields: [{ name: 'value', type: ['null', 'int', 'long', 'PigValue'] }] },
    -1759257747318642341n,
  ],
];

describe('the fingerprint of a schema', () => {
  test.each(published)('of %j is the published one', (definition, signed) => {
    expect(fingerprintOf(definition)).toBe(BigInt.asUintN(64, signed).toString(16).padStart(16, '0'));
  });

  test('of int reads 7275d51a3f395c8f in hexadecimal digits', () => {
    expect(fingerprintOf('int')).toBe('7275d51a3f395c8f');
  });

  test('of no bytes is the seed of the algorithm', () => {
    expect(crc64Avro(new Uint8Array())).toBe('c15d213aa4d7a795');
  });

  test('ignores docs, defaults, aliases and logical types, but not the order of fields', () => {
    const a: AvroField = { name: 'a', type: 'long' };
    const b: AvroField = { name: 'b', type: 'string' };
    const plain = fingerprintOf({ type: 'record', name: 'R', fields: [a, b] });
    const time = { ...a, type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'when' };
    const text = { ...b, default: '', aliases: ['c'] };
    expect(fingerprintOf({ type: 'record', name: 'R', fields: [time, text] })).toBe(plain);
    expect(fingerprintOf({ type: 'record', name: 'R', fields: [b, a] })).not.toBe(plain);
  });
});

test('the canonical form has full names, bare primitives and the order of the specification', () => {
  const type = avroType({
    fields: [
      { doc: 'one', type: { type: 'int' }, name: 'a' },
      { name: 'b', type: { symbols: ['X'], name: 'E', type: 'enum' } },
      { name: 'c', type: { items: 'E', type: 'array' } },
    ],
    name: 'R',
    namespace: 'n.s',
    type: 'record',
  });
  expect(canonicalForm(type)).toBe(
    '{"name":"n.s.R","type":"record","fields":[{"name":"a","type":"int"},' +
      '{"name":"b","type":{"name":"n.s.E","type":"enum","symbols":["X"]}},' +
      '{"name":"c","type":{"type":"array","items":"n.s.E"}}]}',
  );
});

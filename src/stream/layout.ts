/**
 * Checks that bytes are a value of an Avro type, without building it. avsc reads on past the end of what it was
 * given and believes every length, so that a few broken bytes could claim a billion items: what passes here it
 * decodes safely. Allocates nothing unless it throws.
 */
import { isUtf8 } from 'node:buffer';
import avro from 'avsc';
import type { AvroType } from './avro.ts';
import { InvalidSchema } from './definition.ts';

/** The bytes are not a value of the type; the message says where in the value and why. */
class BrokenBytes extends Error {}

/** Where a walk stands. Every layout moves `at` past its value or throws `BrokenBytes`. */
export class Walk {
  bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }
}

export type Layout = (walk: Walk) => void;

/** The layout of a type. Throws `InvalidSchema` for a list whose items take no bytes: nothing would bound it. */
export const layoutOf = (type: AvroType): Layout => compile(type, '', new Map());

type Named = Map<AvroType, { layout?: Layout }>;

const compile = (type: AvroType, path: string, open: Named): Layout => {
  const { types } = avro;
  if (type instanceof types.RecordType) return record(type, path, open);
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType)
    return union(type.types, path, open);
  if (type instanceof types.ArrayType) return list(undefined, type.itemsType, path, open);
  if (type instanceof types.MapType && type.valuesType instanceof avro.Type)
    return list(mapKey(path), type.valuesType, path, open);
  if (type instanceof types.EnumType) return index(path, type.symbols.length);
  if (type instanceof types.FixedType) return skip(path, type.size);
  return primitive(type.typeName, path);
};

const primitive = (name: string, path: string): Layout => {
  switch (name) {
    case 'null':
      return () => {};
    case 'boolean':
      return boolean(path);
    case 'int':
      return int(path);
    case 'long':
      return long(path);
    case 'float':
      return skip(path, 4);
    case 'double':
      return skip(path, 8);
    case 'bytes':
      return walk => advance(walk, length(walk, path), path);
    case 'string':
      return text(path);
    default:
      throw new InvalidSchema(`${where(path)}: type ${name} is not supported`, 'Use a type of the Avro specification');
  }
};

const record = (type: avro.types.RecordType, path: string, open: Named): Layout => {
  const known = open.get(type);
  // A record inside itself: its layout is complete by the time that bytes are walked.
  if (known) return walk => known.layout?.(walk);
  const own: { layout?: Layout } = {};
  open.set(type, own);
  const fields = type.fields.map(field => compile(field.type, path ? `${path}.${field.name}` : field.name, open));
  open.delete(type);
  own.layout = walk => {
    for (const field of fields) field(walk);
  };
  return own.layout;
};

const union = (branches: readonly AvroType[], path: string, open: Named): Layout => {
  const layouts = branches.map(branch => compile(branch, path, open));
  return walk => {
    const branch = layouts[count(walk, path)];
    if (!branch) throw broken(path, `no branch of its union, which has ${layouts.length}`);
    branch(walk);
  };
};

const list = (key: Layout | undefined, type: AvroType, path: string, open: Named): Layout => {
  const item = compile(type, `${path}[]`, open);
  const least = (key ? 1 : 0) + leastBytes(type, new Set());
  if (least === 0)
    throw new InvalidSchema(`${where(path)}: its items take no bytes, so nothing bounds them`, 'Write their number');
  return walk => {
    for (let items = blockCount(walk, path); items !== 0; items = blockCount(walk, path)) {
      const blockEnd = items < 0 ? blockLength(walk, path) : -1;
      items = Math.abs(items);
      if (items * least > walk.end - walk.at) throw broken(path, `${items} items in ${walk.end - walk.at} bytes`);
      for (let i = 0; i < items; i++) {
        key?.(walk);
        item(walk);
      }
      if (blockEnd >= 0 && walk.at !== blockEnd) throw broken(path, 'a block of another size than it claims');
    }
  };
};

/** Least number of bytes that a value takes; a record inside itself takes at least one. */
const leastBytes = (type: AvroType, open: Set<AvroType>): number => {
  const { types } = avro;
  if (open.has(type)) return 1;
  if (type instanceof types.RecordType) {
    open.add(type);
    const sum = type.fields.reduce((bytes, field) => bytes + leastBytes(field.type, open), 0);
    open.delete(type);
    return sum;
  }
  if (type instanceof types.FixedType) return type.size;
  const widths: Readonly<Record<string, number>> = { null: 0, float: 4, double: 8 };
  return widths[type.typeName] ?? 1;
};

const boolean =
  (path: string): Layout =>
  walk => {
    if ((walk.bytes[walk.at] ?? 0) > 1) throw broken(path, 'a boolean that is neither 0 nor 1');
    advance(walk, 1, path);
  };

const int = (path: string): Layout => varint(path, 5, 0x0f, 0x0f, 'an int');

/** Zigzag puts the sign into the first bit: a negative long from 2^53 on has no double while it is decoded. */
const long = (path: string): Layout => varint(path, 8, 0x1f, 0x0f, 'a long that a double keeps exact (-2^52 to 2^53)');

/** A number in at most `most` bytes; if it takes them all, its last byte is bounded, closer if it is negative. */
const varint =
  (path: string, most: number, lastPositive: number, lastNegative: number, what: string): Layout =>
  walk => {
    const { bytes, at: start } = walk;
    const end = Math.min(walk.end, start + most);
    let at = start;
    while (at < end && byteAt(bytes, at) >= 0x80) at++;
    if (at === end) throw broken(path, end === walk.end ? 'cut short' : `not ${what}`);
    walk.at = at + 1;
    if (walk.at - start < most) return;
    if (byteAt(bytes, at) > (byteAt(bytes, start) & 1 ? lastNegative : lastPositive)) throw broken(path, `not ${what}`);
  };

const text =
  (path: string): Layout =>
  walk => {
    const size = count(walk, path);
    const { bytes, at: from } = walk;
    const to = from + size;
    if (to > walk.end) throw cutShort(walk, size, path);
    let at = from;
    while (at < to && byteAt(bytes, at) < 0x80) at++;
    // Nearly all text is ASCII; a loop over a few bytes costs less than a call out of JavaScript.
    if (at < to && !isUtf8(bytes.subarray(from, to))) throw broken(path, 'not UTF-8');
    walk.at = to;
  };

const mapKey = (path: string): Layout => {
  const key = text(`${path}{key}`);
  return walk => {
    const from = walk.at;
    key(walk);
    // avsc would set the prototype of the map in place of an entry.
    if (walk.bytes.toString('latin1', from + 1, walk.at) === '__proto__') throw broken(path, "a key '__proto__'");
  };
};

const index =
  (path: string, symbols: number): Layout =>
  walk => {
    if (count(walk, path) >= symbols) throw broken(path, `no symbol of its enum, which has ${symbols}`);
  };

const skip =
  (path: string, bytes: number): Layout =>
  walk =>
    advance(walk, bytes, path);

/** 0 past the end, where `advance` then throws. */
const byteAt = (bytes: Buffer, at: number): number => bytes[at] ?? 0;

const advance = (walk: Walk, bytes: number, path: string): void => {
  if (bytes > walk.end - walk.at) throw cutShort(walk, bytes, path);
  walk.at += bytes;
};

const cutShort = (walk: Walk, bytes: number, path: string): BrokenBytes =>
  broken(path, `cut short: ${bytes} bytes needed, ${walk.end - walk.at} left`);

const length = (walk: Walk, path: string): number => count(walk, path);

const blockLength = (walk: Walk, path: string): number => {
  const bytes = count(walk, path);
  return walk.at + bytes;
};

/** A number that must not be negative: a length, a branch, a symbol. */
const count = (walk: Walk, path: string): number => {
  const first = walk.bytes[walk.at] ?? 0;
  // Nearly all are below 64 and take a byte.
  if (first < 0x80 && walk.at < walk.end && (first & 1) === 0) {
    walk.at++;
    return first >> 1;
  }
  const value = blockCount(walk, path);
  if (value < 0) throw broken(path, `a negative length (${value})`);
  return value;
};

/** A signed number of at most 31 bits. */
const blockCount = (walk: Walk, path: string): number => {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (walk.at >= walk.end) throw broken(path, 'cut short');
    const byte = walk.bytes[walk.at++] ?? 0;
    if (shift === 28 && byte > 0x0f) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  throw broken(path, 'a length beyond 2^31');
};

const where = (path: string): string => path || 'value';
const broken = (path: string, why: string): BrokenBytes => new BrokenBytes(`${where(path)}: ${why}`);

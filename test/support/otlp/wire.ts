/** Protocol buffers as they are on the wire, read without their description: fields by number, in order. */
export interface Field {
  readonly number: number;
  /** A number for varints and fixed ones; bytes for texts, messages and ids. */
  readonly value: bigint | Buffer;
}

/** @throws {RangeError} where the bytes end within a field, or are no message */
export function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at);
    const number = Number(tag.value >> 3n);
    const read = valueOf(message, tag.end, Number(tag.value & 7n));
    fields.push({ number, value: read.value });
    at = read.end;
  }
  return fields;
}

function valueOf(message: Buffer, at: number, type: number): { value: bigint | Buffer; end: number } {
  if (type === 0) return varint(message, at);
  if (type === 1) return { value: message.readBigUInt64LE(at), end: at + 8 };
  if (type === 5) return { value: BigInt(message.readUInt32LE(at)), end: at + 4 };
  if (type !== 2) throw new RangeError(`wire type ${type} at ${at}`);
  const { value: length, end } = varint(message, at);
  const to = end + Number(length);
  if (to > message.length) throw new RangeError(`a field of ${length} bytes at ${end} of ${message.length}`);
  return { value: message.subarray(end, to), end: to };
}

function varint(message: Buffer, from: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = from; at < from + 10; at++) {
    const byte = message.readUInt8(at);
    value |= BigInt(byte & 127) << BigInt(7 * (at - from));
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new RangeError(`no number ends at ${from}`);
}

/** The messages, texts or ids of a field, each as it was sent. */
export const all = (fields: readonly Field[], number: number): readonly Buffer[] =>
  fields.flatMap(field => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));

export const numberIn = (fields: readonly Field[], number: number): bigint => {
  const found = fields.find(field => field.number === number)?.value;
  return typeof found === 'bigint' ? found : 0n;
};

import { MillraceError } from '../errors.ts';
import { singleObjectMarker } from '../transport/wire-frame.ts';
import { avroType, type AvroType } from './avro.ts';
import type { AvroDefinition } from './definition.ts';
import { fingerprintOfType } from './fingerprint.ts';
import { singleObjectHead } from './framing.ts';
import { layoutOf, type Layout } from './layout.ts';

/** Bytes before the value in Avro's single-object encoding: two of a marker, eight of the schema's fingerprint. */
export const headerBytes = 10;

/** How values of T become bytes, and which schema those bytes name. */
export interface Schema<T> {
  /** Full Avro name. */
  readonly name: string;
  readonly definition: AvroDefinition;
  /** CRC-64-AVRO of the parsing canonical form, 16 hexadecimal digits. */
  readonly fingerprint: string;
  /**
   * Writes the value in single-object encoding at `at` and answers its end. If the buffer is too small, answers
   * minus the number of bytes that are missing; call again with a larger one. Nothing before `at` changes, what
   * stands after it is then undefined. Throws `EncodingFailed` for a value that does not fit the schema.
   */
  encode(value: T, buffer: Buffer, at: number): number;
  /** For `Decoder`: how to read the values. */
  readonly codec: Codec;
}

export interface Codec {
  readonly type: AvroType;
  readonly layout: Layout;
  /** The ten bytes that begin every value. */
  readonly header: Buffer;
}

/** A value does not fit the schema it is to be written with. */
export class EncodingFailed extends MillraceError {
  readonly code = 'ENCODING_FAILED';
}

/** The schema that a definition describes; T is the type of its values. Throws `InvalidSchema`. */
export const schema = <T>(definition: AvroDefinition): Schema<T> => {
  const type = avroType(definition);
  const fingerprint = fingerprintOfType(type);
  const header = singleObjectHead(fingerprint);
  const low = header.readInt32LE(2);
  const high = header.readInt32LE(6);
  const name = type.name ?? type.typeName;
  return {
    name,
    definition,
    fingerprint,
    codec: { type, layout: layoutOf(type), header },
    encode(value, buffer, at) {
      const end = write(type, name, value, buffer, at + headerBytes);
      if (end < 0) return end;
      buffer[at] = singleObjectMarker[0];
      buffer[at + 1] = singleObjectMarker[1];
      buffer.writeInt32LE(low, at + 2);
      buffer.writeInt32LE(high, at + 6);
      return end;
    },
  };
};

const write = (type: AvroType, name: string, value: unknown, buffer: Buffer, at: number): number => {
  try {
    return type.encode(value, buffer, at);
  } catch (cause) {
    throw new EncodingFailed(misfit(type, name, value), 'Correct the value before it is written', { cause });
  }
};

const misfit = (type: AvroType, name: string, value: unknown): string => {
  let found: string | undefined;
  const errorHook = (path: string[], part: unknown, expected: AvroType): void => {
    found ??= `${[name, ...path].join('.')}: expected ${described(expected)}, got ${shown(part)}`;
  };
  try {
    type.isValid(value, { errorHook });
  } catch (cause) {
    // A value that cannot even be looked at (a throwing getter, a cycle): that is what there is to say.
    found ??= `${name}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  return found ?? `${name}: the value cannot be written`;
};

const described = (type: AvroType): string => {
  const form = type.schema({ noDeref: true });
  return typeof form === 'string' ? form : JSON.stringify(form);
};

/** A value as an error message shows it: short, and never the whole of a large one. */
const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
};

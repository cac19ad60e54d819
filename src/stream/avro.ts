/**
 * The edge to avsc: builds its types from definitions, and closes the three holes through which it would
 * write other bytes than the value it was given.
 */
import avro from 'avsc';
import { InvalidSchema, type AvroDefinition } from './definition.ts';

export type AvroType = avro.Type;

/** What is used of avsc's cursor, whose type it does not export. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readString(): string;
  writeString(text: string): void;
  writeLong(number: number): void;
}

type Refuse = (value: unknown, type: avro.Type) => void;

/** avsc writes half a surrogate pair as bytes that no reader turns back into the same string. */
class WellFormedString extends avro.types.StringType {
  _check(value: unknown, _flags: number, refuse?: Refuse): boolean {
    const fits = typeof value === 'string' && value.isWellFormed();
    if (!fits) refuse?.(value, this);
    return fits;
  }

  _write(tap: Tap, value: unknown): void {
    if (value === '') return tap.writeLong(0);
    if (typeof value !== 'string' || !value.isWellFormed()) throw new TypeError('not a well-formed string');
    tap.writeString(value);
  }

  /** Many fields are empty strings: to make one, nothing outside of JavaScript has to be called. */
  _read(tap: Tap): string {
    if (tap.buf[tap.pos] !== 0) return tap.readString();
    tap.pos++;
    return '';
  }
}

/** avsc looks symbols up in a plain object, so that 'constructor' would pass and be written as the first symbol. */
class ClosedEnum extends avro.types.EnumType {
  _check(value: unknown, _flags: number, refuse?: Refuse): boolean {
    const fits = typeof value === 'string' && this.symbols.includes(value);
    if (!fits) refuse?.(value, this);
    return fits;
  }

  _write(tap: Tap, value: unknown): void {
    const index = typeof value === 'string' ? this.symbols.indexOf(value) : -1;
    if (index < 0) throw new TypeError('not a symbol of the enum');
    tap.writeLong(index);
  }
}

/**
 * Longs that avsc's arithmetic on doubles keeps exact. It allows the negative ones down to -2^53, but forms
 * -2n - 1, which is odd and past 2^53 has no double: -9007199254740990 would come back positive.
 */
const leastLong = -(2 ** 52);
const greatestLong = 2 ** 53 - 2;

class ExactLong extends avro.types.LongType {
  _check(value: unknown, _flags: number, refuse?: Refuse): boolean {
    const fits = isExact(value);
    if (!fits) refuse?.(value, this);
    return fits;
  }

  _write(tap: Tap, value: unknown): void {
    if (!isExact(value)) throw new TypeError('not an exact long');
    tap.writeLong(value);
  }
}

const isExact = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= leastLong && value <= greatestLong;

const exactLong = new ExactLong();
const wellFormedString = new WellFormedString();

const strictTypes: avro.ForSchemaOptions['typeHook'] = (node, options) => {
  const isObject = typeof node === 'object' && !Array.isArray(node) && 'type' in node;
  switch (isObject ? node.type : node) {
    case 'string':
      return wellFormedString;
    case 'long':
      return exactLong;
    case 'enum':
      return new ClosedEnum(node, options);
    default:
      return undefined;
  }
};

/**
 * The type that a definition describes. Throws `InvalidSchema` where it is none, and where a union has branches
 * that plain values cannot tell apart, unless `foreign`: a writer's union is only ever read through a resolver.
 */
export const avroType = (definition: AvroDefinition, foreign = false): AvroType => {
  try {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- avsc's declared type is narrower than Avro's JSON; it checks what it gets
    const schema = structuredClone(definition) as avro.Schema;
    return avro.Type.forSchema(schema, { typeHook: strictTypes, wrapUnions: foreign ? 'auto' : 'never' });
  } catch (cause) {
    throw notAvro(cause);
  }
};

/** The definition that is written in JSON. Throws `InvalidSchema` where it is not JSON, or no schema. */
export const parseDefinition = (json: string): AvroDefinition => {
  try {
    const parsed: unknown = JSON.parse(json);
    // oxlint-disable-next-line typescript/consistent-type-assertions -- checked in the next line
    const definition = parsed as AvroDefinition;
    avroType(definition, true);
    return definition;
  } catch (cause) {
    throw cause instanceof InvalidSchema ? cause : notAvro(cause);
  }
};

const notAvro = (cause: unknown): InvalidSchema => {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new InvalidSchema(`This is not an Avro schema: ${why}`, 'Correct the definition', { cause });
};

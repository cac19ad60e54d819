import { MillraceError } from '../errors.ts';

/** A schema as Avro writes it in JSON: a name, a union, or an object. */
export type AvroDefinition = string | readonly AvroDefinition[] | AvroObject;

/** A schema that has parts or a name: a record, an enum, an array, a map, a fixed. */
export interface AvroObject {
  /** `record`, `enum`, `array`, ..., or the name of a primitive type. */
  readonly type: AvroDefinition;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly aliases?: readonly string[];
  /** Of a record. */
  readonly fields?: readonly AvroField[];
  /** Of an enum. */
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  /** Of an array. */
  readonly items?: AvroDefinition;
  /** Of a map. */
  readonly values?: AvroDefinition;
  /** Of a fixed, in bytes. */
  readonly size?: number;
  /** Kept for other readers of the schema; the value stays what the Avro type says. */
  readonly logicalType?: string;
}

/** A field of a record. */
export interface AvroField {
  readonly name: string;
  readonly type: AvroDefinition;
  readonly doc?: string;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
}

/** A definition that is no Avro schema, or one that cannot be read safely. */
export class InvalidSchema extends MillraceError {
  readonly code = 'INVALID_SCHEMA';
}

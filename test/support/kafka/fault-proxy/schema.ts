/**
 * Kafka's two encodings, the plain and the flexible one, from descriptions of messages: enough to read an answer, change
 * it and write it. https://kafka.apache.org/protocol#protocol_types
 */

export type Value = number | bigint | boolean | string | Buffer | null | Value[] | Struct;
export interface Struct {
  [name: string]: Value;
}

export type Fixed = 'int8' | 'int16' | 'int32' | 'int64' | 'bool' | 'uuid';
export type Scalar = Fixed | 'string' | 'nullable' | 'bytes';
/** An array of scalars or of structs. */
export interface Repeated {
  readonly each: Scalar | Message;
}
/** In which versions the field is there. */
interface Field {
  readonly name: string;
  readonly type: Scalar | Repeated;
  readonly since: number;
  readonly until: number;
}
export type Message = readonly Field[];

export const field = (name: string, type: Scalar | Repeated, since = 0, until = Infinity): Field => ({
  name,
  type,
  since,
  until,
});
export const many = (each: Scalar | Message): Repeated => ({ each });

export const isThere =
  (version: number) =>
  ({ since, until }: Field): boolean =>
    since <= version && version <= until;

/** Where the tagged fields of a struct are kept, as they are: only flexible messages have any. */
export const tags = '#tags';

export function structOf(value: Value | undefined): Struct {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value))
    throw new TypeError(`${JSON.stringify(value)} is no struct`);
  return value;
}

export const structsOf = (value: Value | undefined): Struct[] =>
  Array.isArray(value) ? value.map((item: Value) => structOf(item)) : [];

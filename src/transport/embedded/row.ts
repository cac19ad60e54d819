/** Typed reading of the columns of a row: the edge at which SQLite's dynamic values become ours. */
import type { SQLOutputValue } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw unexpected(column, value);
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw unexpected(column, value);
  return value;
}

/** The bytes of a blob, not copied. */
export function blob(row: Row, column: string): Buffer {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unexpected(column, value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** The only row of a statement that always answers one. */
export function only(row: Row | undefined): Row {
  if (row === undefined) throw new TypeError('A statement that answers one row answered none');
  return row;
}

const unexpected = (column: string, value: unknown): TypeError =>
  new TypeError(`Column '${column}' holds a ${value === null ? 'null' : typeof value}`);

/** Columns of a row that only the log has, beside those of `src/sqlite.ts`. */
import { integerOf, type SqliteRow } from '../../sqlite.ts';

export function integerOrNullOf(row: SqliteRow, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

/** The bytes of a blob, not copied. */
export function blobOf(row: SqliteRow, column: string): Buffer {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`Column '${column}' holds no blob`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** The only row of a statement that always answers one. */
export function only(row: SqliteRow | undefined): SqliteRow {
  if (row === undefined) throw new TypeError('A statement that answers one row answered none');
  return row;
}

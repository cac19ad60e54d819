import { integerOf, textOf, UnusableDatabase, type SqliteRow } from '../../sqlite.ts';
import type { DocumentVersion, JsonObject, StoredDocument } from '../port.ts';

/** A row of `documents` whose body is not null. */
export function asDocument(row: SqliteRow): StoredDocument {
  return {
    collection: textOf(row, 'collection'),
    partition: textOf(row, 'partition'),
    id: textOf(row, 'id'),
    body: bodyOf(row),
    etag: String(integerOf(row, 'change')),
    version: versionOf(row),
  };
}

function bodyOf(row: SqliteRow): JsonObject {
  const body: unknown = JSON.parse(textOf(row, 'body'));
  if (isObject(body)) return body;
  throw new UnusableDatabase('The body of a document is no JSON object', 'The file is damaged: restore it');
}

function isObject(body: unknown): body is JsonObject {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function versionOf(row: SqliteRow): DocumentVersion | null {
  if (row['task'] === null) return null;
  return { lineage: integerOf(row, 'lineage'), epoch: integerOf(row, 'epoch'), seq: integerOf(row, 'seq') };
}

/** Pages of a collection, or of one of its partitions, by partition and id. */
import type { DatabaseSync } from 'node:sqlite';
import { guarded, type SqliteRow } from '../../sqlite.ts';
import { pageLimit } from '../limit.ts';
import type { Documents } from '../port.ts';
import { asDocument } from './row.ts';

export function listPage(db: DatabaseSync): Documents['list'] {
  const ofCollection = db.prepare(`
    SELECT * FROM documents
    WHERE collection = ? AND (partition, id) >= (?, ?) AND body IS NOT NULL ORDER BY partition, id LIMIT ?`);
  const ofPartition = db.prepare(`
    SELECT * FROM documents
    WHERE collection = ? AND partition = ? AND id >= ? AND body IS NOT NULL ORDER BY partition, id LIMIT ?`);

  return async ({ collection, partition, after, limit }) => {
    const page = pageLimit(limit);
    // No text lies between an id and the same id with a NUL behind it.
    const id = after === undefined ? '' : `${after.id}\0`;
    const rows = (): SqliteRow[] =>
      partition === undefined
        ? ofCollection.all(collection, after?.partition ?? '', id, page)
        : ofPartition.all(collection, partition, id, page);
    return guarded(db, rows).map(asDocument);
  };
}

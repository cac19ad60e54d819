import type { DatabaseSync } from 'node:sqlite';
import { guarded, integerOf } from '../../sqlite.ts';
import { pageLimit } from '../limit.ts';
import { BadContinuation, type Documents } from '../port.ts';
import { asDocument } from './row.ts';

/**
 * The change feed. A document stands at the number of its newest change, so each shows once and at its newest;
 * SQLite has one writer at a time, so numbers become visible in their order and none appears behind a reader.
 */
export function changesPage(db: DatabaseSync): Documents['changes'] {
  const after = db.prepare('SELECT * FROM documents WHERE collection = ? AND change > ? ORDER BY change LIMIT ?');
  const newest = db.prepare('SELECT ifnull(max(change), 0) AS change FROM documents WHERE collection = ?');

  return async (collection, continuation, limit) => {
    const since = continuation === undefined ? 0 : changeOf(collection, continuation);
    const rows = guarded(db, () => after.all(collection, since, pageLimit(limit) + 1));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    if (last === undefined) refuseAhead(collection, since);
    return {
      documents: page.filter(row => row['body'] !== null).map(asDocument),
      continuation: `${collection}:${last === undefined ? since : integerOf(last, 'change')}`,
      caughtUp: rows.length === page.length,
    };
  };

  /** A number that no change has yet: the file was replaced, and what follows would be passed over in silence. */
  function refuseAhead(collection: string, since: number): void {
    const row = guarded(db, () => newest.get(collection)) ?? {};
    if (since > integerOf(row, 'change')) throw new BadContinuation(collection, `${collection}:${since}`);
  }
}

function changeOf(collection: string, continuation: string): number {
  const prefix = `${collection}:`;
  const change = continuation.startsWith(prefix) ? continuation.slice(prefix.length) : '';
  if (!/^(0|[1-9]\d{0,14})$/.test(change)) throw new BadContinuation(collection, continuation);
  return Number(change);
}

import type { DatabaseSync } from 'node:sqlite';
import { guarded, integerOf, type SqliteRow } from '../../sqlite.ts';
import { pageLimit } from '../limit.ts';
import { BadContinuation, type Documents, type FeedRange } from '../port.ts';
import { isIn, refuseUnknown } from './ranges.ts';
import { asDocument } from './row.ts';

/**
 * The change feed. A document stands at the number of its newest change, so each shows once and at its newest;
 * SQLite has one writer at a time, so numbers become visible in their order and none appears behind a reader.
 * A page of a range looks at no more changes than it may hold, and passes over those of other ranges.
 */
export function changeFeed(db: DatabaseSync): Pick<Documents, 'changes' | 'feedEnd'> {
  const after = db.prepare('SELECT * FROM documents WHERE collection = ? AND change > ? ORDER BY change LIMIT ?');
  const newest = db.prepare('SELECT ifnull(max(change), 0) AS change FROM documents WHERE collection = ?');

  const changes: Documents['changes'] = async (collection, continuation, limit, range) => {
    if (range !== undefined) refuseUnknown(collection, range);
    const feed = range === undefined ? `${collection}:` : `${collection}:${range}:`;
    const since = continuation === undefined ? 0 : changeOf(collection, feed, continuation);
    const most = pageLimit(limit);
    // Who follows a feed asks mostly where nothing has changed, which the index alone tells.
    const end = newestOf(collection);
    if (since > end) throw new BadContinuation(collection, `${feed}${since}`);
    if (since === end) return { documents: [], continuation: `${feed}${since}`, caughtUp: true };
    const rows = guarded(db, () => after.all(collection, since, most + 1));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      documents: page.filter(row => row['body'] !== null && belongs(row, range)).map(asDocument),
      continuation: `${feed}${last === undefined ? since : integerOf(last, 'change')}`,
      caughtUp: rows.length === page.length,
    };
  };

  return { changes, feedEnd: async collection => `${collection}:${newestOf(collection)}` };

  /** A greater number has no change yet: the file was replaced, and what follows would be passed over in silence. */
  function newestOf(collection: string): number {
    return integerOf(guarded(db, () => newest.get(collection)) ?? {}, 'change');
  }
}

const belongs = (row: SqliteRow, range: FeedRange | undefined): boolean =>
  range === undefined || isIn(range, String(row['partition']));

function changeOf(collection: string, feed: string, continuation: string): number {
  const change = continuation.startsWith(feed) ? continuation.slice(feed.length) : '';
  if (!/^(0|[1-9]\d{0,14})$/.test(change)) throw new BadContinuation(collection, continuation);
  return Number(change);
}

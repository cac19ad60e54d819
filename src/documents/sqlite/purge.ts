/** Takes the rows of removed documents out of the file: they keep the keys, which may name somebody who was erased. */
import { compactSqlite, integerOf, openSqlite, textOf, transaction } from '../../sqlite.ts';
import type { DocumentPurge } from '../purge.ts';
import { documentsSchema } from './schema.ts';

/** Opens documents that are there. Throws as `openSqlite` does. */
export function openDocumentPurge({ path }: { readonly path: string }): DocumentPurge {
  const db = openSqlite(path, documentsSchema);
  const newest = db.prepare('SELECT collection, max(change) AS change FROM documents GROUP BY collection');
  const keep = db.prepare(`
    UPDATE documents SET partition = '', id = '', task = NULL, lineage = NULL, epoch = NULL, seq = NULL
    WHERE collection = ? AND change = ? AND body IS NULL`);
  const removeOthers = db.prepare('DELETE FROM documents WHERE collection = ? AND change < ? AND body IS NULL');
  const removed = db.prepare(
    "SELECT count(*) AS rows FROM documents WHERE body IS NULL AND (partition, id) <> ('', '')",
  );
  return {
    purge: () =>
      transaction(db, () => {
        const rows = integerOf(removed.get() ?? {}, 'rows');
        for (const row of newest.all()) {
          const [collection, change] = [textOf(row, 'collection'), integerOf(row, 'change')];
          removeOthers.run(collection, change);
          keep.run(collection, change);
        }
        return rows;
      }),
    tasks: () =>
      db
        .prepare('SELECT task FROM journal_heads ORDER BY task')
        .all()
        .map(row => textOf(row, 'task')),
    compact: () => compactSqlite(db),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

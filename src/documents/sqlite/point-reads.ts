/** Single documents by their key. */
import type { DatabaseSync } from 'node:sqlite';
import { guarded, integerOf, textOf } from '../../sqlite.ts';
import type { DocumentKey, Documents } from '../port.ts';
import { asDocument } from './row.ts';

/** `etagOf` is undefined where there is no such document. */
export function pointReads(db: DatabaseSync): Required<Pick<Documents, 'get' | 'text' | 'isCurrent'>> & {
  readonly etagOf: (key: DocumentKey) => string | undefined;
} {
  const read = (columns: string) =>
    db.prepare(
      `SELECT ${columns} FROM documents WHERE collection = ? AND partition = ? AND id = ? AND body IS NOT NULL`,
    );
  const [whole, text, etag] = [
    read('collection, partition, id, body, change, task, lineage, epoch, seq'),
    read('body, change'),
    read('change'),
  ];

  function etagOf({ collection, partition, id }: DocumentKey): string | undefined {
    const row = guarded(db, () => etag.get(collection, partition, id));
    return row && String(integerOf(row, 'change'));
  }

  return {
    async get({ collection, partition, id }) {
      const row = guarded(db, () => whole.get(collection, partition, id));
      return row && asDocument(row);
    },

    async text({ collection, partition, id }) {
      const row = guarded(db, () => text.get(collection, partition, id));
      return row && { text: textOf(row, 'body'), etag: String(integerOf(row, 'change')) };
    },

    isCurrent: async (key, known) => etagOf(key) === known,
    etagOf,
  };
}

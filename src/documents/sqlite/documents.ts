import type { DatabaseSync } from 'node:sqlite';
import { SqliteGroups } from '../../sqlite-groups.ts';
import { openSqlite, textOf, wellFormed } from '../../sqlite.ts';
import type { Millis } from '../../stream/time.ts';
import { ConditionFailed, type DocumentKey, type Documents, type DocumentWrite, type PutCondition } from '../port.ts';
import { changeFeed } from './changes.ts';
import { sqliteJournal } from './journal.ts';
import { listPage } from './list.ts';
import { pointReads } from './point-reads.ts';
import { ranges } from './ranges.ts';
import { documentsSchema } from './schema.ts';
import { DocumentsTail } from './tail.ts';

export interface SqliteDocumentsOptions {
  /** The database file, made where missing, shared by any number of processes; or `:memory:`. */
  readonly path: string;
  /** When a document was written, for whoever looks into the file. */
  readonly clock: () => Millis;
  /** How often those who wait look for themselves; each second where absent. */
  readonly recheckMs?: Millis;
}

/** Documents and journals in one SQLite file. A call is written as a whole; calls of one turn share a commit. */
export function openSqliteDocuments(options: SqliteDocumentsOptions): Documents {
  const db = openSqlite(options.path, documentsSchema);
  const sql = prepared(db);
  const { get, text, isCurrent, etagOf } = pointReads(db);
  const groups = new SqliteGroups(db);
  const tail = openTail(db, options);

  return {
    async write(writes) {
      if (writes.length === 0) return;
      const now = options.clock();
      const rows = writes.map(parametersOf);
      await groups.write(() => {
        for (const row of rows) sql.write.run(...row, now);
      });
      tail.written(writes.map(({ collection }) => collection));
    },

    get,
    text,
    isCurrent,

    async put(key, body, condition) {
      const row = [...keyOf(key), JSON.stringify(body), options.clock()] as const;
      const etag = await groups.write(() => {
        if (!meets(condition, etagOf(key))) throw new ConditionFailed(key);
        return textOf(sql.put.get(...row) ?? {}, 'etag');
      });
      tail.written([key.collection]);
      return etag;
    },

    list: listPage(db),
    ...changeFeed(db),
    grown: tail.grown,
    feedRanges: async () => ranges,
    journal: sqliteJournal(db, groups),

    async close() {
      if (!db.isOpen) return;
      tail.close();
      groups.close();
      db.close();
    },
  };
}

function openTail(db: DatabaseSync, { path, recheckMs }: SqliteDocumentsOptions): DocumentsTail {
  try {
    return new DocumentsTail(db, path, recheckMs);
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepared(db: DatabaseSync) {
  const columns = 'collection, partition, id, body, change, task, lineage, epoch, seq';
  const nextChange = '(SELECT ifnull(max(change), 0) + 1 FROM documents WHERE collection = ?1)';
  return {
    write: db.prepare(`
      INSERT INTO documents (${columns}, updated_at)
      VALUES (?1, ?2, ?3, ?4, ${nextChange}, ?5, ?6, ?7, ?8, ?9)
      ON CONFLICT (collection, partition, id) DO UPDATE
      SET body = excluded.body, change = excluded.change, task = excluded.task, lineage = excluded.lineage,
        epoch = excluded.epoch, seq = excluded.seq, updated_at = excluded.updated_at
      WHERE lineage IS NULL OR (excluded.lineage, excluded.epoch, excluded.seq) > (lineage, epoch, seq)`),
    put: db.prepare(`
      INSERT INTO documents (collection, partition, id, body, change, updated_at)
      VALUES (?1, ?2, ?3, ?4, ${nextChange}, ?5)
      ON CONFLICT (collection, partition, id) DO UPDATE
      SET body = excluded.body, change = excluded.change, task = NULL, updated_at = excluded.updated_at
      RETURNING CAST(change AS TEXT) AS etag`),
  };
}

function meets(condition: PutCondition, etag: string | undefined): boolean {
  if (condition === 'always') return true;
  return condition === 'absent' ? etag === undefined : etag === condition.etag;
}

function parametersOf(write: DocumentWrite) {
  const { lineage, epoch, seq } = write.version;
  const body = write.body === null ? null : JSON.stringify(write.body);
  return [...keyOf(write), body, write.task, lineage, epoch, seq] as const;
}

function keyOf({ collection, partition, id }: DocumentKey) {
  return [wellFormed(collection), wellFormed(partition), wellFormed(id)] as const;
}

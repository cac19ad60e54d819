import type { DatabaseSync } from 'node:sqlite';
import { Fenced } from '../../errors.ts';
import type { SqliteGroups } from '../../sqlite-groups.ts';
import { guarded, integerOf, textOf, wellFormed, type SqliteRow } from '../../sqlite.ts';
import { pageLimit } from '../limit.ts';
import type { Journal, JournalEntry, JournalHead } from '../port.ts';

/** The journals of all tasks, in two tables of the documents' database: heads, and the plans under them. */
export function sqliteJournal(db: DatabaseSync, groups: SqliteGroups): Journal {
  const sql = prepared(db);

  function refuse(task: string, fence: number, wish: string): never {
    const row = sql.head.get(task);
    const head = row && headOf(row);
    const state = head ? `its journal is at fence ${head.fence}, epoch ${head.epoch}` : 'it has no journal';
    throw new Fenced(
      `Task ${task} may not ${wish} under fence ${fence}: ${state}`,
      'Stop, and take the task over anew',
    );
  }

  function repeatsNewest(task: string, fence: number, entry: JournalEntry): boolean {
    return sql.holds.get(task, fence, entry.epoch, entry.plan) !== undefined;
  }

  return {
    async takeFence(task) {
      return groups.write(() => headOf(sql.takeFence.get(wellFormed(task))));
    },

    async head(task) {
      const row = guarded(db, () => sql.head.get(task));
      return row && headOf(row);
    },

    async append(task, fence, entry) {
      await groups.write(() => {
        if (sql.advance.run(task, fence, entry.epoch).changes === 1)
          sql.insert.run(task, entry.epoch, wellFormed(entry.plan));
        else if (!repeatsNewest(task, fence, entry)) refuse(task, fence, `append epoch ${entry.epoch}`);
      });
    },

    async amend(task, fence, entry) {
      await groups.write(() => {
        const { changes } = sql.amend.run(task, fence, entry.epoch, wellFormed(entry.plan));
        if (changes !== 1) refuse(task, fence, `amend epoch ${entry.epoch}`);
      });
    },

    async after(task, epoch, limit) {
      return guarded(db, () => sql.after.all(task, epoch, pageLimit(limit)).map(entryOf));
    },

    async trim(task, epoch) {
      await groups.write(() => sql.trim.run(task, epoch));
    },

    async reset(task, fence) {
      return groups.write(() => {
        const head = sql.reset.get(task, fence) ?? refuse(task, fence, 'reset');
        sql.empty.run(task);
        return headOf(head);
      });
    },
  };
}

function prepared(db: DatabaseSync) {
  return {
    head: db.prepare('SELECT fence, lineage, epoch FROM journal_heads WHERE task = ?'),
    takeFence: db.prepare(`
      INSERT INTO journal_heads (task, fence, lineage, epoch) VALUES (?, 1, 0, 0)
      ON CONFLICT (task) DO UPDATE SET fence = fence + 1
      RETURNING fence, lineage, epoch`),
    advance: db.prepare('UPDATE journal_heads SET epoch = ?3 WHERE task = ?1 AND fence = ?2 AND epoch = ?3 - 1'),
    insert: db.prepare('INSERT INTO journal_entries (task, epoch, plan) VALUES (?, ?, ?)'),
    holds: db.prepare(`
      SELECT 1 FROM journal_heads JOIN journal_entries USING (task, epoch)
      WHERE task = ?1 AND fence = ?2 AND epoch = ?3 AND plan = ?4`),
    amend: db.prepare(`
      UPDATE journal_entries SET plan = ?4
      WHERE task = ?1 AND epoch = ?3
        AND EXISTS (SELECT 1 FROM journal_heads WHERE task = ?1 AND fence = ?2 AND epoch = ?3)`),
    after: db.prepare('SELECT epoch, plan FROM journal_entries WHERE task = ? AND epoch > ? ORDER BY epoch LIMIT ?'),
    trim: db.prepare('DELETE FROM journal_entries WHERE task = ? AND epoch <= ?'),
    reset: db.prepare(`
      UPDATE journal_heads SET lineage = lineage + 1, epoch = 0 WHERE task = ? AND fence = ?
      RETURNING fence, lineage, epoch`),
    empty: db.prepare('DELETE FROM journal_entries WHERE task = ?'),
  };
}

function headOf(row: SqliteRow = {}): JournalHead {
  return { fence: integerOf(row, 'fence'), lineage: integerOf(row, 'lineage'), epoch: integerOf(row, 'epoch') };
}

function entryOf(row: SqliteRow): JournalEntry {
  return { epoch: integerOf(row, 'epoch'), plan: textOf(row, 'plan') };
}

/**
 * Retention: whole batches go from the front of a partition.
 * By age: every batch appended longer ago than the limit, the last one too.
 * By size: the oldest until the rest fits, but never the last batch, so that what was just appended can be read
 * even if it alone is over the limit.
 * A partition's end outlives its batches. The file does not shrink; its free pages are used again.
 */
import type { StatementSync } from 'node:sqlite';
import { integerOf, type SqliteRow } from '../../sqlite.ts';
import type { Millis } from '../../stream/time.ts';
import type { LogDatabase } from './database.ts';
import { integerOrNullOf, only } from './row.ts';

/** Batches looked at in one transaction, so that writers never wait long. */
const chunk = 256;

interface Limits {
  readonly partition: number;
  readonly olderThan: Millis;
  readonly maxBytes: number;
}

export class Retention {
  readonly #db: LogDatabase;
  readonly #limits: StatementSync;
  readonly #state: StatementSync;
  readonly #oldest: StatementSync;
  readonly #remove: StatementSync;
  readonly #advance: StatementSync;

  constructor(db: LogDatabase) {
    this.#db = db;
    this.#limits = db.prepare(`
      SELECT partitions.id, retention_ms, retention_bytes
      FROM partitions JOIN topics ON topics.id = partitions.topic
      WHERE retention_ms IS NOT NULL OR retention_bytes IS NOT NULL`);
    this.#state = db.prepare('SELECT first, next, bytes FROM partitions WHERE id = ?');
    this.#oldest = db.prepare(
      'SELECT base, records, appended_at, size FROM batches WHERE partition = ? ORDER BY base LIMIT ?',
    );
    this.#remove = db.prepare('DELETE FROM batches WHERE partition = ? AND base < ?');
    this.#advance = db.prepare('UPDATE partitions SET first = ?, bytes = ? WHERE id = ?');
  }

  /** Removes what no topic keeps as of `now`; answers the number of records removed. */
  apply(now: Millis): number {
    const all = this.#db.read(() => this.#limits.all().map(row => limitsIn(row, now)));
    let removed = 0;
    for (const limits of all) {
      let step: number;
      do {
        step = this.#db.write(() => this.#removeSome(limits));
        removed += step;
      } while (step > 0);
    }
    return removed;
  }

  #removeSome({ partition, olderThan, maxBytes }: Limits): number {
    const state = only(this.#state.get(partition));
    const first = integerOf(state, 'first');
    const next = integerOf(state, 'next');
    let bytes = integerOf(state, 'bytes');
    let keepFrom = first;
    for (const batch of this.#oldest.all(partition, chunk)) {
      const end = integerOf(batch, 'base') + integerOf(batch, 'records');
      const tooMuch = bytes > maxBytes && end < next;
      if (!tooMuch && integerOf(batch, 'appended_at') >= olderThan) break;
      keepFrom = end;
      bytes -= integerOf(batch, 'size');
    }
    if (keepFrom === first) return 0;
    this.#remove.run(partition, keepFrom);
    this.#advance.run(keepFrom, bytes, partition);
    return keepFrom - first;
  }
}

const limitsIn = (row: SqliteRow, now: Millis): Limits => ({
  partition: integerOf(row, 'id'),
  olderThan: now - (integerOrNullOf(row, 'retention_ms') ?? Infinity),
  maxBytes: integerOrNullOf(row, 'retention_bytes') ?? Infinity,
});

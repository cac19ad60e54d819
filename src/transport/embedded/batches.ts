/** The batches of partitions: one row each, whatever the number of their records. */
import type { StatementSync } from 'node:sqlite';
import { integerOf, type SqliteRow } from '../../sqlite.ts';
import type { Millis } from '../../stream/time.ts';
import type { Bounds, Offset, ReadRequest } from '../port.ts';
import type { RecordBatch, SealedBatch } from '../record.ts';
import type { LogDatabase } from './database.ts';
import { TopicRemoved } from './failures.ts';
import { blobOf } from './row.ts';

/** Statements on batches, to be called within a transaction. */
export class Batches {
  readonly #bounds: StatementSync;
  readonly #reserve: StatementSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #since: StatementSync;

  constructor(db: LogDatabase) {
    this.#bounds = db.prepare('SELECT first, next FROM partitions WHERE id = ? AND next >= 0');
    this.#reserve = db.prepare(
      'UPDATE partitions SET next = next + ?, bytes = bytes + ? WHERE id = ? AND next >= 0 RETURNING next',
    );
    this.#insert = db.prepare(
      'INSERT INTO batches (partition, base, records, appended_at, size, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#select = db.prepare(`
      SELECT base, records, bytes FROM batches
      WHERE partition = ?1 AND base < ?3
        AND base >= (SELECT max(base) FROM batches WHERE partition = ?1 AND base <= ?2)
      ORDER BY base`);
    // A clock may have been set back, so times need not ascend: the index, which holds them, is read from the front.
    this.#since = db.prepare('SELECT base FROM batches WHERE partition = ? AND appended_at >= ? ORDER BY base LIMIT 1');
  }

  bounds(id: number): Bounds {
    const row = here(this.#bounds.get(id));
    return { start: integerOf(row, 'first'), end: integerOf(row, 'next') };
  }

  /** The first record of a batch that was appended at or after `time`; the end where there is none. */
  offsetAt(id: number, time: Millis): Offset {
    const row = this.#since.get(id, time);
    return row === undefined ? this.bounds(id).end : integerOf(row, 'base');
  }

  /** Appends to a partition and answers the offset of the first record. */
  append(id: number, batches: readonly SealedBatch[], at: Millis): Offset {
    const records = batches.reduce((sum, batch) => sum + batch.records, 0);
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    const first = integerOf(here(this.#reserve.get(records, bytes, id)), 'next') - records;
    let base = first;
    for (const batch of batches) {
      this.#insert.run(id, base, batch.records, at, batch.bytes.length, batch.bytes);
      base += batch.records;
    }
    return first;
  }

  /** Batches from the one that holds `from`, until one reaches `to` or a limit. */
  read(id: number, request: ReadRequest, to: Offset): RecordBatch[] {
    const { from, maxRecords, maxBytes } = request;
    const batches: RecordBatch[] = [];
    let bytes = 0;
    for (const row of this.#select.iterate(id, from, to)) {
      const batch = batchIn(row);
      batches.push(batch);
      bytes += batch.bytes.length;
      if (batch.firstOffset + batch.records - from >= maxRecords || bytes >= maxBytes) break;
    }
    return batches;
  }
}

/** The row of a partition whose id is known: it is closed only where somebody has removed the topic since. */
function here(row: SqliteRow | undefined): SqliteRow {
  if (row === undefined) throw new TopicRemoved();
  return row;
}

const batchIn = (row: SqliteRow): RecordBatch => ({
  firstOffset: integerOf(row, 'base'),
  records: integerOf(row, 'records'),
  bytes: blobOf(row, 'bytes'),
});

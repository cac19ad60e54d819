/** Redacts records of the embedded log where they stand, beside whoever appends and reads. */
import type { StatementSync } from 'node:sqlite';
import { compactSqlite, integerOf, overwritesDeleted, settleSqlite } from '../../sqlite.ts';
import type { Offset, TopicPartition } from '../port.ts';
import type { SealedBatch } from '../record.ts';
import { redactedBatch } from '../redact.ts';
import type { Choose, RedactableLog, StampedBatch } from '../redaction.ts';
import { LogDatabase } from './database.ts';
import { blobOf } from './row.ts';
import { Topics } from './topics.ts';

/** Batches looked at in one go, each of half a megabyte at most: writers wait for no longer than these take. */
const together = 32;

interface Rewritten extends SealedBatch {
  readonly base: Offset;
  readonly before: number;
}

/** Opens a log that is there. Throws as `openSqlite` does. */
export function openLogRedaction({ path }: { readonly path: string }): RedactableLog {
  return new LogRedaction(new LogDatabase(path));
}

class LogRedaction implements RedactableLog {
  readonly #db: LogDatabase;
  readonly #topics: Topics;
  readonly #page: StatementSync;
  readonly #rewrite: StatementSync;
  readonly #grow: StatementSync;

  constructor(db: LogDatabase) {
    this.#db = db;
    db.maintain(overwritesDeleted);
    this.#topics = new Topics(db);
    this.#page = db.prepare(`
      SELECT base, records, appended_at, bytes FROM batches WHERE partition = ? AND base > ? ORDER BY base LIMIT ?`);
    this.#rewrite = db.prepare('UPDATE batches SET bytes = ?, size = ? WHERE partition = ? AND base = ?');
    this.#grow = db.prepare('UPDATE partitions SET bytes = bytes + ? WHERE id = ?');
  }

  *batches(at: TopicPartition): Iterable<StampedBatch> {
    const id = this.#topics.id(at);
    for (let page = this.#after(id, -1); page.length > 0; page = this.#after(id, lastOf(page))) yield* page;
  }

  async redact(at: TopicPartition, choose: Choose): Promise<number> {
    const id = this.#topics.id(at);
    let redacted = 0;
    for (let page = this.#after(id, -1); page.length > 0; page = this.#after(id, lastOf(page))) {
      const rewritten: Rewritten[] = [];
      for (const batch of page) {
        const redactions = await choose(batch);
        const after = redactions.size === 0 ? batch : redactedBatch(batch, redactions);
        if (after === batch) continue;
        rewritten.push({ ...after, base: batch.firstOffset, before: batch.bytes.length });
        redacted += redactions.size;
      }
      if (rewritten.length > 0) this.#db.write(() => this.#write(id, rewritten));
    }
    return redacted;
  }

  compact(): void {
    this.#db.maintain(compactSqlite);
  }

  settle(): void {
    this.#db.maintain(settleSqlite);
  }

  close(): void {
    this.#db.close();
  }

  /** Retention may have removed a batch meanwhile: then there is nothing to be written. */
  #write(id: number, rewritten: readonly Rewritten[]): void {
    for (const { base, bytes, before } of rewritten) {
      const { changes } = this.#rewrite.run(bytes, bytes.length, id, base);
      if (changes === 1) this.#grow.run(bytes.length - before, id);
    }
  }

  #after(id: number, base: Offset): StampedBatch[] {
    return this.#db.read(() =>
      this.#page.all(id, base, together).map(row => ({
        firstOffset: integerOf(row, 'base'),
        records: integerOf(row, 'records'),
        appendedAt: integerOf(row, 'appended_at'),
        bytes: blobOf(row, 'bytes'),
      })),
    );
  }
}

const lastOf = (page: readonly StampedBatch[]): Offset => page.at(-1)?.firstOffset ?? -1;

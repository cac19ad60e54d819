/** Offsets that consumer groups have committed. */
import type { StatementSync } from 'node:sqlite';
import { integerOf, textOf, wellFormed } from '../../sqlite.ts';
import type { CommittedOffset } from '../port.ts';
import type { LogDatabase } from './database.ts';
import type { Topics } from './topics.ts';

export class Groups {
  readonly #db: LogDatabase;
  readonly #topics: Topics;
  readonly #upsert: StatementSync;
  readonly #select: StatementSync;

  constructor(db: LogDatabase, topics: Topics) {
    this.#db = db;
    this.#topics = topics;
    this.#upsert = db.prepare(`
      INSERT INTO group_offsets (name, partition, position) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET position = excluded.position`);
    this.#select = db.prepare(`
      SELECT topics.name AS topic, partitions.number AS partition, position
      FROM group_offsets
      JOIN partitions ON partitions.id = group_offsets.partition
      JOIN topics ON topics.id = partitions.topic
      WHERE group_offsets.name = ? ORDER BY topics.name, partitions.number`);
  }

  async commit(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    const name = wellFormed(group);
    const rows = offsets.map(at => ({ id: this.#topics.id(at), offset: at.offset }));
    await this.#db.writeWithOthers(() => {
      for (const { id, offset } of rows) this.#upsert.run(name, id, offset);
    });
  }

  committed(group: string): readonly CommittedOffset[] {
    return this.#db.read(() =>
      this.#select.all(group).map(row => ({
        topic: textOf(row, 'topic'),
        partition: integerOf(row, 'partition'),
        offset: integerOf(row, 'position'),
      })),
    );
  }
}

/** Topics and their partitions, each partition known by the id of its row. */
import type { StatementSync } from 'node:sqlite';
import { integerOf, type SqliteRow, textOf } from '../../sqlite.ts';
import {
  type TopicDescription,
  TopicMismatch,
  type TopicOptions,
  type TopicPartition,
  UnknownPartition,
  UnknownTopic,
} from '../port.ts';
import type { LogDatabase } from './database.ts';
import { InvalidTopic } from './failures.ts';
import { integerOrNullOf } from './row.ts';

/** As in Kafka, so that a topic can move to a broker. */
const validName = /^(?!\.{1,2}$)[\w.-]{1,249}$/;
const maxPartitions = 1_024;

export class Topics {
  readonly #db: LogDatabase;
  /** Ids by partition number; topics never change, so what was seen stays true until the topic is removed. */
  readonly #known = new Map<string, readonly number[]>();
  readonly #insertTopic: StatementSync;
  readonly #insertPartition: StatementSync;
  readonly #describe: StatementSync;
  readonly #ids: StatementSync;
  readonly #emptyPartition: readonly StatementSync[];
  readonly #forgetTopic: StatementSync;

  constructor(db: LogDatabase) {
    this.#db = db;
    this.#insertTopic = db.prepare('INSERT INTO topics (name, retention_ms, retention_bytes) VALUES (?, ?, ?)');
    this.#insertPartition = db.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)');
    this.#describe = db.prepare(`
      SELECT name, retention_ms, retention_bytes, count(*) AS partitions
      FROM topics JOIN partitions ON partitions.topic = topics.id WHERE instr(name, '#') = 0 GROUP BY topics.id ORDER BY name`);
    this.#ids = db.prepare(`
      SELECT partitions.id FROM partitions JOIN topics ON topics.id = partitions.topic
      WHERE topics.name = ? ORDER BY number`);
    this.#emptyPartition = [
      db.prepare('DELETE FROM batches WHERE partition = ?'),
      db.prepare('DELETE FROM group_offsets WHERE partition = ?'),
      db.prepare('UPDATE partitions SET first = 0, next = -1, bytes = 0 WHERE id = ?'),
    ];
    this.#forgetTopic = db.prepare(`UPDATE topics SET name = name || '#' || id WHERE name = ?`);
  }

  create(topic: string, options: TopicOptions): void {
    refuseInvalid(topic, options);
    this.#db.write(() => {
      const existing = this.#all().find(known => known.topic === topic);
      if (existing === undefined) this.#insert(topic, options);
      else refuseOtherOptions(existing, options);
    });
  }

  list(): readonly TopicDescription[] {
    return this.#db.read(() => this.#all());
  }

  /**
   * Everything in it, in one transaction. Its rows stay under a name that no topic can have: SQLite would give their
   * ids again, and another process that still has the topic in use would write into another one.
   */
  remove(topic: string): void {
    const ids = this.ids(topic);
    this.#known.delete(topic);
    this.#db.write(() => {
      for (const id of ids) for (const statement of this.#emptyPartition) statement.run(id);
      this.#forgetTopic.run(topic);
    });
  }

  /** SqliteRow ids of a topic's partitions, in their order. */
  ids(topic: string): readonly number[] {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const ids = this.#db.read(() => this.#ids.all(topic).map(row => integerOf(row, 'id')));
    if (ids.length === 0) throw new UnknownTopic(topic);
    this.#known.set(topic, ids);
    return ids;
  }

  /** SqliteRow id of a partition. */
  id(at: TopicPartition): number {
    const ids = this.ids(at.topic);
    const id = ids[at.partition];
    if (id === undefined) throw new UnknownPartition(at, ids.length);
    return id;
  }

  #all(): TopicDescription[] {
    return this.#describe.all().map(described);
  }

  #insert(topic: string, options: TopicOptions): void {
    const { retentionMs = null, retentionBytes = null } = options;
    const { lastInsertRowid } = this.#insertTopic.run(topic, retentionMs, retentionBytes);
    for (let number = 0; number < options.partitions; number++) this.#insertPartition.run(lastInsertRowid, number);
  }
}

function described(row: SqliteRow): TopicDescription {
  const retentionMs = integerOrNullOf(row, 'retention_ms');
  const retentionBytes = integerOrNullOf(row, 'retention_bytes');
  return {
    topic: textOf(row, 'name'),
    partitions: integerOf(row, 'partitions'),
    ...(retentionMs === null ? {} : { retentionMs }),
    ...(retentionBytes === null ? {} : { retentionBytes }),
  };
}

function refuseInvalid(topic: string, { partitions }: TopicOptions): void {
  if (!validName.test(topic))
    throw new InvalidTopic(
      `'${topic}' is no name of a topic`,
      'Use 1 to 249 letters, digits, dots, dashes and underscores',
    );
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > maxPartitions)
    throw new InvalidTopic(`Topic '${topic}' cannot have ${partitions} partitions`, `Ask for 1 to ${maxPartitions}`);
}

function refuseOtherOptions(existing: TopicDescription, wanted: TopicOptions): void {
  for (const option of ['partitions', 'retentionMs', 'retentionBytes'] as const) {
    if (existing[option] === wanted[option]) continue;
    throw new TopicMismatch(
      `Topic '${existing.topic}' has ${option} ${existing[option] ?? 'unset'}, not ${wanted[option] ?? 'unset'}`,
      'Ask for what it has, or create a topic of another name and copy the records',
    );
  }
}

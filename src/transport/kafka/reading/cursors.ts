/** The cursors of all readers. Who reads is not said, so a read goes on with the cursor that has come to its offset. */
import type { Millis } from '../../../stream/time.ts';
import type { Offset, TopicPartition } from '../../port.ts';
import { Cursor } from './cursor.ts';

/** A cursor that nobody has used for longer is forgotten. */
const forgottenAfter: Millis = 60_000;
const sweptEvery: Millis = 5_000;
/** Readers of one partition that are read ahead for. */
const maxPerPartition = 8;

export class Cursors {
  readonly #clock: () => Millis;
  readonly #onDrop: (cursor: Cursor) => void;
  readonly #byPartition = new Map<string, Cursor[]>();
  readonly #answered = new WeakMap<Cursor, Offset>();
  #sweptAt: Millis = 0;

  constructor(clock: () => Millis, onDrop: (cursor: Cursor) => void) {
    this.#clock = clock;
    this.#onDrop = onDrop;
  }

  *all(): Generator<Cursor> {
    for (const cursors of this.#byPartition.values()) yield* cursors;
  }

  /** The cursor of whoever reads there; a new one where nobody does. */
  find({ topic, partition }: TopicPartition, from: Offset): Cursor {
    const now = this.#clock();
    if (now - this.#sweptAt >= sweptEvery) this.#sweep(now);
    const name = `${topic}/${partition}`;
    const cursors = this.#byPartition.get(name) ?? [];
    this.#byPartition.set(name, cursors);
    let cursor = cursors.find(candidate => candidate.covers(from));
    if (cursor === undefined) {
      cursor = new Cursor({ topic, partition }, from, now);
      cursors.push(cursor);
      if (cursors.length > maxPerPartition) this.#dropOldest(cursors);
    }
    cursor.following ||= this.#answered.get(cursor) === from;
    cursor.usedAt = now;
    return cursor;
  }

  /** Whoever reads on from there is worth fetching ahead for. */
  answered(cursor: Cursor, next: Offset): void {
    this.#answered.set(cursor, next);
  }

  drop(cursor: Cursor): void {
    const name = `${cursor.at.topic}/${cursor.at.partition}`;
    const left = (this.#byPartition.get(name) ?? []).filter(other => other !== cursor);
    if (left.length === 0) this.#byPartition.delete(name);
    else this.#byPartition.set(name, left);
    this.#onDrop(cursor);
  }

  #sweep(now: Millis): void {
    this.#sweptAt = now;
    for (const cursor of Array.from(this.all()))
      if (isIdle(cursor) && now - cursor.usedAt > forgottenAfter) this.drop(cursor);
  }

  #dropOldest(cursors: readonly Cursor[]): void {
    const [oldest] = cursors.filter(isIdle).toSorted((a, b) => a.usedAt - b.usedAt);
    if (oldest !== undefined) this.drop(oldest);
  }
}

const isIdle = (cursor: Cursor): boolean => cursor.demands.size === 0 && cursor.waiters.size === 0;

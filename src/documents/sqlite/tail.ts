/** Wakes those who follow a change feed when something was written, by this process or another that has the file. */
import type { DatabaseSync } from 'node:sqlite';
import { Bell } from '../../sqlite-bell.ts';
import { Tail } from '../../sqlite-tail.ts';
import { guarded, integerOf } from '../../sqlite.ts';
import type { Millis } from '../../stream/time.ts';
import { BadContinuation, type Documents } from '../port.ts';

/** Watching files is best effort. */
const usualRecheck_ms = 1_000;

export class DocumentsTail {
  readonly #tail: Tail<string>;
  readonly #isGrown: (collection: string, continuation: string) => boolean;

  /** Documents in memory have no bell: nobody else writes them. */
  constructor(db: DatabaseSync, path: string, recheckMs: Millis = usualRecheck_ms) {
    this.#isGrown = growthOf(db);
    this.#tail = new Tail(path === ':memory:' ? undefined : new Bell(path), recheckMs, elsewhere(db));
  }

  readonly grown: NonNullable<Documents['grown']> = (collection, continuation, signal) =>
    this.#tail.wait({ parts: new Set([collection]), isGrown: () => this.#isGrown(collection, continuation) }, signal);

  /** Something has been committed to these collections, here. */
  written(collections: Iterable<string>): void {
    this.#tail.written([...new Set(collections)]);
  }

  /** Ends all waiting. */
  close(): void {
    this.#tail.close();
  }
}

/** Whether any other connection has committed anything since this was asked last. */
function elsewhere(db: DatabaseSync): () => boolean {
  const dataVersion = db.prepare('SELECT data_version AS version FROM pragma_data_version');
  let seen = -1;
  return () => {
    const before = seen;
    seen = guarded(db, () => integerOf(dataVersion.get() ?? {}, 'version'));
    return seen !== before;
  };
}

/** Whether a feed, or that of one of its ranges, may have changes behind the continuation. */
function growthOf(db: DatabaseSync): (collection: string, continuation: string) => boolean {
  const some = db.prepare('SELECT 1 FROM documents WHERE collection = ? AND change > ? LIMIT 1');
  return (collection, continuation) => {
    const since = Number(continuation.slice(continuation.lastIndexOf(':') + 1));
    if (!continuation.startsWith(`${collection}:`) || !Number.isSafeInteger(since))
      throw new BadContinuation(collection, continuation);
    return guarded(db, () => some.get(collection, since)) !== undefined;
  };
}

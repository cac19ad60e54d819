/** A keyed state and its checkpoints in a file, as a task works on them: updates of an epoch, then one commit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { json } from '../../src/engine/state/codec.ts';
import { KeyedOnDisk } from '../../src/engine/state/keyed-on-disk.ts';
import { KeyedState } from '../../src/engine/state/keyed-state.ts';
import type { KeyedValues } from '../../src/engine/state/keyed-values.ts';
import { openSqliteStateStore, type SqliteState } from '../../src/engine/state/sqlite.ts';
import type { StateEntry, StateStore } from '../../src/engine/state/store.ts';
import type { Step } from '../../src/engine/step.ts';

export interface Total {
  readonly count: number;
  readonly sum: number;
}

/** Where the state is: all of it in memory, or on disk with so many entries in memory. */
export type Kept = 'memory' | { readonly entries: number };

const task = 'bench/0';
const step = 'totals';

export class StateUnderTest {
  state: Step & KeyedValues<Total>;
  readonly #kept: Kept;
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-bench-state-'));
  readonly #store: StateStore;
  #epoch = 0;

  constructor(kept: Kept, pending: Pick<SqliteState, 'pending_bytes'> = {}) {
    this.#kept = kept;
    this.#store = openSqliteStateStore({ path: join(this.#folder, 'state.db'), ...pending });
    this.state = this.#opened();
  }

  /** What `keyed` does for a record. */
  update(key: string, value: number): void {
    const { count, sum } = this.state.get(key) ?? none;
    this.state.set(key, { count: count + 1, sum: sum + value });
  }

  /** Ends an epoch; answers how many milliseconds nothing else could happen. */
  commit(): number {
    const began = performance.now();
    const changes = Array.from(this.state.changes(), ([key, value]) => ({ step, key, value }));
    this.#store.commit(task, { fence: 1, epoch: ++this.#epoch, body: '' }, changes);
    this.state.committed();
    return performance.now() - began;
  }

  /** Keys from `from` on, `perEpoch` of them an epoch. */
  fill(from: number, to: number, perEpoch = 10_000): void {
    for (let n = from; n < to; n++) {
      this.update(keyOf(n), n);
      if (n % perEpoch === perEpoch - 1) this.commit();
    }
    this.commit();
  }

  /** The state of a process that starts again, ready for its first record; answers the seconds. */
  restore(): number {
    this.state = this.#opened();
    const began = performance.now();
    if (this.#kept === 'memory')
      for (const { key, value } of this.#store.entries(task, step)) this.state.restore(key, value, -Infinity);
    return (performance.now() - began) / 1_000;
  }

  close(): void {
    this.#store.close();
    rmSync(this.#folder, { recursive: true });
  }

  #opened(): Step & KeyedValues<Total> {
    if (this.#kept === 'memory') return new KeyedState<Total>('keyed', json());
    const state = new KeyedOnDisk<Total>('keyed', json(), this.#kept);
    const pairs = (rows: readonly StateEntry[]) => rows.map(({ key, value }) => [key, value] as const);
    state.attach({
      get: key => this.#store.get(task, step, key),
      range: (from, limit, before) => pairs(this.#store.range(task, step, from, limit, before)),
      rangeBack: (range, limit) => pairs(this.#store.rangeBack(task, step, range, limit)),
    });
    return state;
  }
}

const none: Total = { count: 0, sum: 0 };

export const keyOf = (n: number): string => `customer-${n}`;

/** In an order that has nothing to do with theirs, every one of `count` once: 7,919 is prime. */
export const scattered = (n: number, count: number): number => (n * 7_919) % count;

/** Bytes of the heap that are in use. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

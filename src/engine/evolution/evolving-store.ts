/** The state of a former release as a task of today's finds it, until the first checkpoint of this one moves it. */
import type { CheckpointHead, Replacement, StateChange, StateEntry, StateStore } from '../state/store.ts';
import type { Moves } from './evolve.ts';

/**
 * What it reads by today's names is where the former release has left it. The first commit moves and removes all of it
 * in its own transaction: before it nothing has happened, and the former release can go on.
 */
export class EvolvingStore implements StateStore {
  readonly #real: StateStore;
  readonly #task: string;
  #moves: Moves | undefined;

  constructor(real: StateStore, task: string, moves: Moves) {
    this.#real = real;
    this.#task = task;
    this.#moves = moves;
  }

  head(task: string): CheckpointHead | undefined {
    return this.#real.head(task);
  }

  /** Without a step as they are stored: what a snapshot holds before the first checkpoint is the state of the former release. */
  entries(task: string, step?: string): Iterable<StateEntry> {
    if (step === undefined) return this.#real.entries(task);
    const stored = this.#storedName(task, step);
    return stored === undefined ? [] : underName(step, this.#real.entries(task, stored));
  }

  get(task: string, step: string, key: string): string | Uint8Array | undefined {
    const stored = this.#storedName(task, step);
    return stored === undefined ? undefined : this.#real.get(task, stored, key);
  }

  range(task: string, step: string, from: string, limit: number, before?: string): readonly StateEntry[] {
    const stored = this.#storedName(task, step);
    const found = stored === undefined ? [] : this.#real.range(task, stored, from, limit, before);
    return found.map(entry => ({ ...entry, step }));
  }

  rangeBack(
    task: string,
    step: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): readonly StateEntry[] {
    const stored = this.#storedName(task, step);
    const found = stored === undefined ? [] : this.#real.rangeBack(task, stored, range, limit);
    return found.map(entry => ({ ...entry, step }));
  }

  commit(task: string, head: CheckpointHead, changes: Iterable<StateChange>): void {
    const moves = task === this.#task ? this.#moves : undefined;
    if (moves === undefined) return this.#real.commit(task, head, changes);
    this.#real.commit(task, head, movesAnd(moves, this.#real, task, changes));
    this.#moves = undefined;
  }

  replacing(task: string, fence: number): Replacement {
    const replacement = this.#real.replacing(task, fence);
    if (task === this.#task) this.#moves = undefined;
    return replacement;
  }

  discard(task: string): void {
    this.#real.discard(task);
    if (task === this.#task) this.#moves = undefined;
  }

  close(): void {
    this.#real.close();
  }

  /** Under which name the state of a step of today is stored; undefined where there is none of it. */
  #storedName(task: string, step: string): string | undefined {
    if (task !== this.#task || this.#moves === undefined) return step;
    const { renamed, dropped } = this.#moves;
    for (const [stored, name] of renamed) if (name === step && !dropped.has(stored)) return stored;
    return dropped.has(step) || renamed.has(step) ? undefined : step;
  }
}

function* underName(step: string, entries: Iterable<StateEntry>): Generator<StateEntry> {
  for (const entry of entries) yield { ...entry, step };
}

/**
 * The moves come first, since a change of the epoch may be to a key that was moved. Read page by page while they are
 * written, so that a state larger than the memory can be moved: what is added meanwhile is of no former name.
 */
function* movesAnd(
  { renamed, dropped }: Moves,
  store: StateStore,
  task: string,
  changes: Iterable<StateChange>,
): Generator<StateChange> {
  for (const { step, key, value } of store.entries(task)) {
    const name = renamed.get(step);
    if (name === undefined && !dropped.has(step)) continue;
    yield { step, key, value: null };
    if (name !== undefined && !dropped.has(step)) yield { step: name, key, value };
  }
  yield* changes;
}

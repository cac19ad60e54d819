/** A state store on a machine that may lose power: of its newest commits any number can be forgotten. */
import type { CheckpointHead, Replacement, StateChange, StateEntry, StateStore } from '../../src/engine/state/store.ts';

/** All that the store held of a task before a commit; undefined where it held nothing. */
interface Before {
  readonly task: string;
  readonly held: { readonly head: CheckpointHead; readonly entries: readonly StateEntry[] } | undefined;
}

/** Enough for any test; a real disk forgets no more than its write-ahead log holds. */
const mostRemembered = 20;

export class ForgetfulStore implements StateStore {
  readonly #real: StateStore;
  readonly #commits: Before[] = [];

  constructor(real: StateStore) {
    this.#real = real;
  }

  /** The newest commits are gone, of whatever tasks they were. Answers how many there were to lose. */
  forget(commits: number): number {
    const lost = commits === 0 ? [] : this.#commits.splice(-commits);
    for (const { task, held } of lost.toReversed()) {
      this.#real.discard(task);
      if (held === undefined) continue;
      const replacement = this.#real.replacing(task, held.head.fence);
      replacement.add(held.entries);
      replacement.finish(held.head);
    }
    return lost.length;
  }

  head(task: string): CheckpointHead | undefined {
    return this.#real.head(task);
  }

  entries(task: string, step?: string): Iterable<StateEntry> {
    return this.#real.entries(task, step);
  }

  get(task: string, step: string, key: string): string | Uint8Array | undefined {
    return this.#real.get(task, step, key);
  }

  range(task: string, step: string, from: string, limit: number, before?: string): readonly StateEntry[] {
    return this.#real.range(task, step, from, limit, before);
  }

  rangeBack(
    task: string,
    step: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): readonly StateEntry[] {
    return this.#real.rangeBack(task, step, range, limit);
  }

  commit(task: string, head: CheckpointHead, changes: Iterable<StateChange>): void {
    const before = this.#before(task);
    this.#real.commit(task, head, changes);
    this.#remember(before);
  }

  replacing(task: string, fence: number): Replacement {
    const before = this.#before(task);
    const replacement = this.#real.replacing(task, fence);
    this.#remember(before);
    return replacement;
  }

  discard(task: string): void {
    const before = this.#before(task);
    this.#real.discard(task);
    this.#remember(before);
  }

  close(): void {
    this.#real.close();
  }

  #before(task: string): Before {
    const head = this.#real.head(task);
    return { task, held: head && { head, entries: [...this.#real.entries(task)] } };
  }

  #remember(before: Before): void {
    this.#commits.push(before);
    if (this.#commits.length > mostRemembered) this.#commits.shift();
  }
}

import { ColdItems } from './cold-items.ts';
import { Groups } from './groups.ts';
import type { Kernel } from './kernel/kernel.ts';
import { Marks } from './marks.ts';
import { Pairs } from './pairs.ts';
import { moveRow } from './propagate.ts';
import { liveSettings, type ModelSettings } from './settings.ts';
import { Side } from './side.ts';
import { Solver } from './solver.ts';

type Parts = Pick<ModelState, 'users' | 'items' | 'pairs' | 'groups' | 'dirtyHistories' | 'erased'>;

function newParts(settings: ModelSettings, kernel: Kernel): Parts {
  const [users, items] = [new Side('users', settings, kernel), new Side('items', settings, kernel)];
  const pairs = new Pairs(settings.weights, users, items);
  return { users, items, pairs, groups: new Groups(), dirtyHistories: new Marks(), erased: new Set() };
}

/** All that a model knows, and the solver that works on it. */
export class ModelState implements Disposable {
  /** What the next generation is trained with, and how the live one is kept up. */
  readonly configured: ModelSettings;
  readonly kernel: Kernel;
  readonly users: Side;
  readonly items: Side;
  readonly pairs: Pairs;
  readonly groups: Groups;
  readonly cold: ColdItems;
  generation = 0;
  number = 0;
  /** Event time of the newest event learnt. */
  time = -Infinity;
  /** Counts the trainings that were begun: each row remembers when it was touched last. */
  base = 0;
  /** Users whose checkpointed history is behind. */
  readonly dirtyHistories: Marks;
  /** Ids of users whose checkpoint rows must go. */
  readonly erased: Set<string>;
  /** Whether nothing was learnt or restored yet: vectors of a checkpoint then wait for their settings. */
  isNew = true;
  readonly held = new Map<string, Uint8Array>();
  /** Factors that met the end of their side's grid since the generation began. */
  readonly saturated = { users: 0, items: 0 };
  /** Whether the version changed since the last checkpoint: also an empty model can start a generation. */
  versionDirty = false;
  #settings: ModelSettings;
  #solver: Solver;

  constructor(configured: ModelSettings, kernel: Kernel, settings = configured, parts = newParts(settings, kernel)) {
    this.configured = configured;
    this.kernel = kernel;
    this.#settings = settings;
    this.users = parts.users;
    this.items = parts.items;
    this.pairs = parts.pairs;
    this.groups = parts.groups;
    this.dirtyHistories = parts.dirtyHistories;
    this.erased = parts.erased;
    this.cold = new ColdItems(this.items, this.groups);
    this.#solver = new Solver(kernel, settings, this.pairs);
  }

  /**
   * The same facts, with vectors of another generation, all zeros yet. It can be worked on while this one is read; once
   * the facts serve it (`Pairs.serve`) it takes the place of this one, and nothing is to be learnt here any more.
   */
  successor(generation: ModelSettings): ModelState {
    const settings = liveSettings(this.configured, generation);
    const { pairs, groups, dirtyHistories, erased } = this;
    const [users, items] = [this.users.successor(settings), this.items.successor(settings)];
    const parts = { users, items, pairs, groups, dirtyHistories, erased };
    const next = new ModelState(this.configured, this.kernel, settings, parts);
    next.time = this.time;
    next.base = this.base;
    next.isNew = false;
    return next;
  }

  /** Of the live generation: what its vectors were made with. */
  get settings(): ModelSettings {
    return this.#settings;
  }

  /** Takes the settings of another generation; the vectors are zeros until the caller sets them. */
  reshape(generation: ModelSettings): void {
    this.saturated.users = 0;
    this.saturated.items = 0;
    this.#settings = liveSettings(this.configured, generation);
    for (const side of [this.users, this.items]) side.reshape(this.#settings);
    this.#solver[Symbol.dispose]();
    this.#solver = new Solver(this.kernel, this.#settings, this.pairs);
    this.pairs.reweigh(this.#settings.weights, this.time);
  }

  otherOf(side: Side): Side {
    return side === this.users ? this.items : this.users;
  }

  /**
   * Solves rows of one side against the other as it stands; the rows do not see each other, so their order is nothing.
   * Their neighbours grow stale by how far they moved. Answers the saturations.
   */
  solve(side: Side, rows: Iterable<number>): number {
    const other = this.otherOf(side);
    let saturations = 0;
    this.isNew = false;
    const solvedRows: number[] = [];
    this.#solver.solve(side, other, rows, solved => {
      saturations += solved.saturations;
      for (const [n, row] of solved.rows.entries()) {
        this.#fresh(side, row);
        solvedRows.push(row);
        if (side !== this.items || !this.cold.isCold(row)) moveRow(side, other, row, solved.vectors.row(n));
        side.moveStars(row, solved.starVectors.row(n));
      }
    });
    if (side === this.items) this.cold.place(this.cold.settle(solvedRows));
    this.saturated[side.name] += saturations;
    return saturations;
  }

  /** Forgets a user as if it had never been there; answers the items that it had to do with. */
  forget(userId: string): number[] {
    const row = this.users.ids.rowOf(userId);
    if (row === undefined) return [];
    const items = this.pairs.removeUser(row);
    this.users.remove(row);
    this.dirtyHistories.delete(row);
    this.erased.add(userId);
    return items;
  }

  /** Brings pairs up to their facts; answers those with which anything changed for the models. */
  refold(pairs: Iterable<number>): number[] {
    return this.pairs.refold(pairs, this.time);
  }

  /** Takes the ids whose vectors changed since the last call, ascending. */
  takeChanged(side: Side): string[] {
    const ids = [...side.changed].map(row => side.idOf(row)).sort();
    side.changed.clear();
    return ids;
  }

  [Symbol.dispose](): void {
    for (const part of [this.users, this.items, this.#solver]) part[Symbol.dispose]();
  }

  #fresh(side: Side, row: number): void {
    if (side.staleness.get(row) === 0) return;
    side.staleness.set(row, 0);
    side.dirty.add(row);
  }
}

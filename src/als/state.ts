import { ExplicitSolver } from './explicit.ts';
import { ImplicitSolver } from './implicit.ts';
import { Pairs } from './pairs.ts';
import { roundHalfEven } from './rounding.ts';
import type { ModelSettings } from './settings.ts';
import { Side } from './side.ts';

/** Staleness is counted in 1/16 grid steps, so that small moves add up exactly. */
export const stalenessSteps = 16;

/** All that a model knows, and the solvers that work on it. */
export class ModelState {
  readonly settings: ModelSettings;
  readonly users: Side;
  readonly items: Side;
  readonly pairs: Pairs;
  generation = 0;
  number = 0;
  /** Event time of the newest event learnt. */
  time = -Infinity;
  /** Users whose checkpointed history is behind. */
  readonly dirtyHistories = new Set<number>();
  /** Ids of users whose checkpoint rows must go. */
  readonly erased = new Set<string>();
  /** Whether the version changed since the last checkpoint: also an empty model can start a generation. */
  versionDirty = false;
  readonly #implicit: ImplicitSolver;
  readonly #explicit: ExplicitSolver;

  constructor(settings: ModelSettings) {
    this.settings = settings;
    this.users = new Side('users', settings);
    this.items = new Side('items', settings);
    this.pairs = new Pairs(settings.weights, this.users, this.items);
    this.#implicit = new ImplicitSolver(settings, this.pairs);
    this.#explicit = new ExplicitSolver(settings, this.pairs);
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
    for (const row of rows) {
      saturations += this.#implicit.solve(side, other, row) + this.#explicit.solve(side, other, row);
      this.#fresh(side, row);
      const distance = side.move(row, this.#implicit.solution);
      side.moveStars(row, this.#explicit.solution);
      if (distance > 0) this.#age(side, other, row, distance);
    }
    return saturations;
  }

  /** Takes the ids whose vectors changed since the last call, ascending. */
  takeChanged(side: Side): string[] {
    const ids = [...side.changed].map(row => side.idOf(row)).sort();
    side.changed.clear();
    return ids;
  }

  #fresh(side: Side, row: number): void {
    if (side.staleness.get(row) === 0) return;
    side.staleness.set(row, 0);
    side.dirty.add(row);
  }

  #age(side: Side, other: Side, row: number, distance: number): void {
    const { confidences } = this.pairs;
    const neighbours = this.pairs.neighbours(side);
    const events = other.events.values;
    for (const pair of side.pairs.of(row)) {
      if (confidences[pair] === 0) continue;
      const neighbour = neighbours[pair] ?? NaN;
      const gain = roundHalfEven((stalenessSteps * distance) / Math.sqrt((events[neighbour] ?? 0) + 1));
      if (gain === 0) continue;
      other.staleness.add(neighbour, gain);
      other.dirty.add(neighbour);
    }
  }
}

import type { Assignment } from '../engine/assignment/claims.ts';

/** How a process stands in the group of a topology. Plain data: it crosses threads. */
export interface GroupStats {
  readonly topology: string;
  /** Tasks that it is to run. */
  run: number;
  /** Tasks that it stands by for. */
  standby: number;
  /** Why it has no task and may get some later: another release runs them, or one that reads what these write; null otherwise. */
  waits: string | null;
  /** How often the group has told what to do. */
  assignments: number;
  /** How often the process has joined, by reason. */
  joins: Readonly<Record<string, number>>;
}

/** Counts joins and assignments, group by group. */
export class GroupCounts {
  readonly #groups = new Map<string, GroupStats>();

  joining(topology: string, reason: string): void {
    const stats = this.#of(topology);
    stats.joins = { ...stats.joins, [reason]: (stats.joins[reason] ?? 0) + 1 };
  }

  assigned(topology: string, { run, standby, waits, heldBack }: Assignment): void {
    const stats = this.#of(topology);
    stats.run = run.length;
    stats.standby = standby.length;
    stats.waits = waits ?? (heldBack ? heldBackWords : null);
    stats.assignments++;
  }

  /** In order of the names. */
  all(): readonly GroupStats[] {
    return [...this.#groups.values()].sort((a, b) => (a.topology < b.topology ? -1 : 1));
  }

  #of(topology: string): GroupStats {
    const known = this.#groups.get(topology) ?? {
      topology,
      run: 0,
      standby: 0,
      waits: null,
      assignments: 0,
      joins: {},
    };
    this.#groups.set(topology, known);
    return known;
  }
}

export const heldBackWords = 'a former release still runs a topology that reads what this one writes';

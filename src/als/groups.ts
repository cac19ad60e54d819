import { compare } from './interaction.ts';
import { Marks } from './marks.ts';

/** What is said of an item that nobody has met: such as 'genre:Drama' or 'tag:noir'. */
export interface Description {
  readonly itemId: string;
  readonly groups: readonly string[];
}

/** Which items belong to which groups, and of how many of each group events are known. */
export class Groups {
  readonly #groups = new Map<number, readonly string[]>();
  readonly #members = new Map<string, Set<number>>();
  readonly #warm = new Marks();
  readonly #warmMembers = new Map<string, number>();
  /** Items whose checkpointed groups are behind. */
  readonly dirty = new Marks();

  /** Rows of all items that have groups. */
  rows(): Iterable<number> {
    return this.#groups.keys();
  }

  /** Ascending; empty for an item of which nothing is said. */
  of(row: number): readonly string[] {
    return this.#groups.get(row) ?? [];
  }

  has(row: number): boolean {
    return this.#groups.has(row);
  }

  members(group: string): Iterable<number> {
    return this.#members.get(group) ?? [];
  }

  /** Whether events of the item were known when it was settled last. */
  isWarm(row: number): boolean {
    return this.#warm.has(row);
  }

  /** Says an item's groups, in the place of what was said before; answers whether that is news. It is to be settled then. */
  set(row: number, given: readonly string[]): boolean {
    const groups = [...new Set(given)].sort(compare);
    const before = this.of(row);
    if (groups.length === before.length && groups.every((group, n) => group === before[n])) return false;
    this.settle(row, false);
    for (const group of before) this.#members.get(group)?.delete(row);
    if (groups.length === 0) this.#groups.delete(row);
    else this.#groups.set(row, groups);
    for (const group of groups) this.#membersOf(group).add(row);
    this.dirty.add(row);
    return true;
  }

  /**
   * Events of an item are known now, or no longer. Answers the groups of which the number of such items has passed a
   * power of two: their means are worth being taken again, and that seldom enough.
   */
  settle(row: number, isWarm: boolean): string[] {
    if (isWarm === this.isWarm(row)) return [];
    if (isWarm) this.#warm.add(row);
    else this.#warm.delete(row);
    return this.of(row).filter(group => {
      const before = this.#warmMembers.get(group) ?? 0;
      const after = before + (isWarm ? 1 : -1);
      this.#warmMembers.set(group, after);
      return Math.clz32(before) !== Math.clz32(after);
    });
  }

  #membersOf(group: string): Set<number> {
    const known = this.#members.get(group);
    if (known !== undefined) return known;
    const members = new Set<number>();
    this.#members.set(group, members);
    return members;
  }
}

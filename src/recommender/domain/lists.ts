/** Lists for users from the vectors of one model version: the state `lists` of `recommend`. */
import { createHash } from 'node:crypto';
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import { ItemMatrix, topNOf } from '../../als/index.ts';
import { hash } from './hash.ts';
import { compareIds } from './order.ts';
import { fromBytes } from './vectors.ts';

/** The newest vectors by id, as the versions so far name them. */
export interface Vectors<V> {
  get(id: string): V | undefined;
  /** Ids that the version at hand has set, ascending. */
  touched(): readonly string[];
  keys(): Iterable<string>;
}

/** What users have seen, and of whom there is news with the version at hand. */
export interface Seen {
  seenBy(user: string): ReadonlySet<string>;
  touched(): readonly string[];
}

export interface ListSettings {
  /** Candidates of a list, so that rules of serving can take some away without emptying it. */
  readonly candidates: number;
  /** A user of whom there is no news gets a new list every so many versions. */
  readonly everyVersions: number;
}

export const defaultLists: ListSettings = { candidates: 100, everyVersions: 64 };

type Value = string | Uint8Array;

export class Lists {
  readonly version: string;
  readonly #settings: ListSettings;
  readonly #items: Vectors<ItemVector>;
  readonly #users: Vectors<UserVector>;
  readonly #seen: Seen;
  /** Derived from the item vectors; undefined until the first version after a restore. */
  #matrix: ItemMatrix | undefined;
  /** What was written last by user: a list is written only if it has changed. */
  readonly #written = new Map<string, string>();
  readonly #dirty = new Set<string>();

  constructor(
    sources: { items: Vectors<ItemVector>; users: Vectors<UserVector>; seen: Seen },
    settings = defaultLists,
  ) {
    this.#items = sources.items;
    this.#users = sources.users;
    this.#seen = sources.seen;
    this.#settings = settings;
    this.version = `lists-1 ${JSON.stringify(settings)}`;
  }

  /** Lists that the version changes, by user in ascending order. */
  next(version: ModelVersion): readonly Recommendation[] {
    const matrix = this.#itemsOf(version);
    if (matrix === undefined) return [];
    return this.#usersOf(version).flatMap(user => {
      const list = this.#listOf(user, version, matrix);
      return list === undefined || !this.#isNew(list) ? [] : [list];
    });
  }

  endEpoch(): readonly never[] {
    return [];
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const user of this.#dirty) yield [user, this.#written.get(user) ?? null];
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const user of this.#dirty) {
      const stored = read(user);
      if (stored === undefined) this.#written.delete(user);
      else this.#written.set(user, stored.toString());
    }
    this.#dirty.clear();
    this.#matrix = undefined;
  }

  restore(user: string, value: Value): void {
    this.#written.set(user, value.toString());
  }

  restored(): void {
    this.#matrix = undefined;
  }

  /**
   * Whom the version concerns: users with a new vector or new events, and the rest in turn, since items move too.
   * The turn depends on nothing but user and version, so that tasks and partitions change no list.
   */
  #usersOf({ number }: ModelVersion): string[] {
    const { everyVersions } = this.#settings;
    const users = new Set([...this.#users.touched(), ...this.#seen.touched()]);
    const turn = number % everyVersions;
    for (const user of this.#users.keys()) if (hash(user) % everyVersions === turn) users.add(user);
    return [...users].sort(compareIds);
  }

  #itemsOf({ hyperParameters }: ModelVersion): ItemMatrix | undefined {
    const known = this.#matrix;
    const matrix = known ?? new ItemMatrix(hyperParameters.factors);
    const ids = known === undefined ? this.#items.keys() : this.#items.touched();
    for (const id of ids) {
      const vector = this.#items.get(id);
      if (vector !== undefined) matrix.set(id, fromBytes(vector.factors));
    }
    this.#matrix = matrix;
    return matrix.size === 0 ? undefined : matrix;
  }

  #listOf(user: string, version: ModelVersion, matrix: ItemMatrix): Recommendation | undefined {
    const vector = this.#users.get(user);
    if (vector === undefined) return undefined;
    const { generation, number, time, hyperParameters } = version;
    const n = this.#settings.candidates;
    const scored = topNOf(fromBytes(vector.factors), matrix, { n, exclude: this.#seen.seenBy(user) });
    const unit = 2 ** (hyperParameters.userExponent + hyperParameters.itemExponent);
    const items = scored.map(({ itemId, score }) => ({ itemId, score: score / unit, reason: 'personal' as const }));
    const margin = (items[9]?.score ?? 0) - (items[10]?.score ?? 0);
    return { userId: user, reason: 'personal', policy: 'live', generation, number, time, margin, items };
  }

  #isNew({ userId, generation, items }: Recommendation): boolean {
    const digest = createHash('sha256')
      .update(JSON.stringify([generation, items]))
      .digest('base64');
    if (this.#written.get(userId) === digest) return false;
    this.#written.set(userId, digest);
    this.#dirty.add(userId);
    return true;
  }
}

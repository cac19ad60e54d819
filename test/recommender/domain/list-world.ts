/** Hand-made model versions, and the lists that come of them: as in an epoch of `recommend`, without an engine. */
import type { ItemVector, ModelVersion, Rating, Recommendation, UserVector } from '../../../schemas/types.ts';
import { type ListSettings, Lists, type Vectors } from '../../../src/recommender/domain/lists.ts';
import { Shelves } from '../../../src/recommender/domain/shelf.ts';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { hyperParameters, versionWith } from '../../support/model-version.ts';

/** A table as a task has it: what the open epoch set is touched. */
class Table<V extends { readonly id: string }> implements Vectors<V> {
  readonly values = new Map<string, V>();
  readonly #touched = new Set<string>();

  get(id: string): V | undefined {
    return this.values.get(id);
  }

  touched(): readonly string[] {
    return [...this.#touched].sort();
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }

  set(value: V): void {
    this.values.set(value.id, value);
    this.#touched.add(value.id);
  }

  committed(): void {
    this.#touched.clear();
  }
}

export type Factors = readonly number[];

/** What a version brings. */
export interface Cut {
  readonly number: number;
  readonly generation?: number;
  readonly candidate?: { readonly generation: number; readonly share: number } | null;
  readonly popular?: readonly string[];
  /** What is served without a list. */
  readonly fallback?: readonly string[];
  readonly items?: Readonly<Record<string, Factors>>;
  /** Factors of those items in the candidate generation. */
  readonly tried?: Readonly<Record<string, Factors>>;
  /** Zeros are of somebody of whom the model knows nothing any more. */
  readonly users?: Readonly<Record<string, Factors>>;
  /** Generation of the users' vectors, where it is not the live one. */
  readonly usersOf?: number;
  readonly events?: readonly Rating[];
}

const bytes = (factors: Factors): Buffer => toBytes(Int16Array.from(factors));
const grid = { starFactors: Buffer.alloc(0), starExponent: 0, exponent: 0, bias: 0, events: 1, time: 0 };
export class ListWorld {
  readonly items = new Table<ItemVector>();
  readonly users = new Table<UserVector>();
  readonly rows = { shelves: new Map<string, string>(), lists: new Map<string, string>() };
  /** The lists that stand, by user; those of users who are no more have no items. */
  readonly published = new Map<string, Recommendation>();
  shelves = new Shelves();
  lists: Lists;
  readonly #settings: ListSettings;

  constructor(settings: ListSettings) {
    this.#settings = settings;
    this.lists = this.#newLists();
  }

  /** One epoch: what it writes, and how good it says the lists are. */
  apply(cut: Cut) {
    const version = this.#take(cut);
    const lists = this.lists.next(version);
    const told = this.lists.told();
    this.#commit();
    for (const list of lists) this.published.set(list.userId, list);
    return { lists, users: lists.map(({ userId }) => userId), told: told[0] };
  }

  /** An epoch that fails after all of it has been applied: the state goes back to the checkpoint. */
  fail(cut: Cut): void {
    const before = [new Map(this.items.values), new Map(this.users.values)] as const;
    this.lists.next(this.#take(cut));
    this.shelves.undo(key => this.rows.shelves.get(key));
    this.#reset(this.items, before[0]);
    this.#reset(this.users, before[1]);
    this.lists.undo(key => this.rows.lists.get(key));
    this.lists.restored();
  }

  /** Another process goes on from the checkpoint. */
  restart(): void {
    this.shelves = new Shelves();
    for (const key of [...this.rows.shelves.keys()].sort()) this.shelves.restore(key, this.rows.shelves.get(key) ?? '');
    this.lists = this.#newLists();
    for (const [key, value] of this.rows.lists) this.lists.restore(key, value);
    this.lists.restored();
  }

  #newLists(): Lists {
    // Of whichever shelves there are: a restart replaces them.
    const seen = {
      policy: this.shelves.policy,
      seenBy: (user: string) => this.shelves.seenBy(user),
      touched: () => this.shelves.touched(),
      left: () => this.shelves.left(),
      wanted: () => this.shelves.wanted(),
      take: (user: string, events: UserVector['taken']) => this.shelves.take(user, events),
      leave: (user: string) => this.shelves.leave(user),
    };
    return new Lists({ items: this.items, users: this.users, seen }, this.#settings);
  }

  #take(cut: Cut): ModelVersion {
    const { number, generation = 1, items = {}, users = {}, events = [] } = cut;
    for (const [id, factors] of Object.entries(items))
      this.items.set({ id, ...grid, generation, number, factors: bytes(factors), candidate: candidateOf(cut, id) });
    for (const [id, factors] of Object.entries(users)) {
      const known = {
        gone: false,
        taken: [],
        events: factors.every(factor => factor === 0) ? 0 : 1,
        factors: bytes(factors),
      };
      this.users.set({ id, ...grid, generation: cut.usersOf ?? generation, number, ...known });
    }
    for (const event of events) this.shelves.next(event);
    return versionOf(cut);
  }

  #commit(): void {
    for (const [rows, state] of [
      [this.rows.shelves, this.shelves],
      [this.rows.lists, this.lists],
    ] as const) {
      for (const [key, value] of state.changes())
        if (value === null) rows.delete(key);
        else rows.set(key, value.toString());
      state.committed();
    }
    this.items.committed();
    this.users.committed();
  }

  #reset<V extends { readonly id: string }>(table: Table<V>, values: ReadonlyMap<string, V>): void {
    table.values.clear();
    for (const [id, value] of values) table.values.set(id, value);
    table.committed();
  }
}

function candidateOf({ candidate, tried }: Cut, id: string): ItemVector['candidate'] {
  const factors = tried?.[id];
  if (factors === undefined || !candidate) return null;
  return { generation: candidate.generation, factors: bytes(factors), exponent: 0 };
}

const versionOf = ({ number, generation = 1, candidate = null, popular = [], fallback = [] }: Cut): ModelVersion =>
  versionWith({
    generation,
    number,
    candidate: candidate && { ...candidate, hash: '', hyperParameters },
    popular: [...popular],
    fallback: [...fallback],
    time: number,
  });

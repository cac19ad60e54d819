import { compare } from './interaction.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/** Which part of a model an id belongs to. Nobody has to do with an item of another part. */
export type PartOf = (id: string) => string;

/** Of a model that learns everything together. */
export const onePart: PartOf = () => '';

/**
 * The parts of a model, each with its own vectors, Gram matrices, means, clock and numbers: what is learnt of one depends
 * on nothing of another. Settings, generations and bases are common to all. The part '' is always there.
 */
export class Parts implements Disposable {
  readonly partOf: PartOf;
  readonly #states: Map<string, ModelState>;

  constructor(partOf: PartOf, first: ModelState, others: Iterable<readonly [part: string, state: ModelState]> = []) {
    this.partOf = partOf;
    this.#states = new Map([['', first], ...others]);
  }

  get first(): ModelState {
    const first = this.#states.get('');
    if (first === undefined) throw new TypeError('A model has lost its first part');
    return first;
  }

  get size(): number {
    return this.#states.size;
  }

  /** By name, ascending: whatever the order in which they came. */
  get all(): readonly (readonly [part: string, state: ModelState])[] {
    return this.size === 1 ? [...this.#states] : [...this.#states].sort(([a], [b]) => compare(a, b));
  }

  get states(): Iterable<ModelState> {
    return this.#states.values();
  }

  /** Those of which anything is known; '' is always one. */
  get known(): readonly (readonly [part: string, state: ModelState])[] {
    return this.all.filter(([part, { users, items }]) => part === '' || users.size + items.size > 0);
  }

  get counts(): { readonly users: number; readonly items: number; readonly ratings: number } {
    let [users, items, ratings] = [0, 0, 0];
    for (const state of this.states) {
      users += state.users.size;
      items += state.items.size;
      ratings += state.pairs.ratings;
    }
    return { users, items, ratings };
  }

  /** The sum of the numbers of all parts: it has grown where any has learnt. */
  get numbers(): number {
    let sum = 0;
    for (const { number } of this.states) sum += number;
    return sum;
  }

  /** By name; undefined where there is one part only. */
  get ownNumbers(): Readonly<Record<string, number>> | undefined {
    return this.size === 1 ? undefined : Object.fromEntries(this.all.map(([part, { number }]) => [part, number]));
  }

  /** In no order. */
  get ids(): { readonly users: readonly string[]; readonly items: readonly string[] } {
    const states = [...this.states];
    const idsOf = (side: Side): string[] => [...side.ids.rows()].map(row => side.idOf(row));
    return { users: states.flatMap(({ users }) => idsOf(users)), items: states.flatMap(({ items }) => idsOf(items)) };
  }

  /** The part of an id, if there is one. */
  find(id: string): ModelState | undefined {
    return this.#states.get(this.partOf(id));
  }

  named(part: string): ModelState | undefined {
    return this.#states.get(part);
  }

  /** The part of this name, made by `make` where there is none. */
  take(part: string, make: () => ModelState): ModelState {
    const known = this.#states.get(part);
    if (known !== undefined) return known;
    const made = make();
    this.#states.set(part, made);
    return made;
  }

  /** The same parts, each with another state. */
  map(work: (state: ModelState, part: string) => ModelState): Parts {
    const [first, ...others] = [...this.#states].map(([part, state]) => [part, work(state, part)] as const);
    if (first === undefined) throw new TypeError('A model has lost its first part');
    return new Parts(this.partOf, first[1], others);
  }

  /** A training begins. */
  beginBase(): void {
    for (const state of this.states) {
      state.versionDirty = true;
      state.base++;
    }
  }

  /** Each has a version more, although nothing was learnt. */
  raise(): void {
    for (const state of this.states) {
      state.number++;
      state.versionDirty = true;
    }
  }

  [Symbol.dispose](): void {
    for (const state of this.#states.values()) state[Symbol.dispose]();
  }
}

/** A part that has come while others are live: of their generation, and of what it is solved with. */
export function partLike(first: ModelState, made: ModelState): ModelState {
  made.generation = first.generation;
  made.base = first.base;
  made.isNew = first.isNew;
  return made;
}

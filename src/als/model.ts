import type { Interaction } from './interaction.ts';
import { learn } from './learn.ts';
import { modelHash } from './model-hash.ts';
import { starsOf } from './prequential.ts';
import { before, clean, dirtyRows, finishRestore, restoreRow, without } from './rows.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { starUnit, type Side } from './side.ts';
import { ModelState } from './state.ts';
import { dot, greatest, topNOf, type TopNOptions } from './top-n.ts';
import { train } from './train.ts';
import type { Learnt, ModelVersion, RowValue, Scored, Vectors } from './types.ts';

/**
 * Both models over one set of histories: implicit-feedback ALS for lists, explicit ALS with biases for stars. A pure
 * function of its settings, its cuts and when it was trained; the vectors are the same to the last bit on any machine.
 */
export class Model {
  readonly settings: ModelSettings;
  #state: ModelState;

  /** Settings that are not given have the documented defaults. @throws {InvalidSettings} */
  constructor(settings: Partial<ModelSettings> = {}) {
    this.settings = modelSettings(settings);
    this.#state = new ModelState(this.settings);
  }

  get version(): ModelVersion {
    return { generation: this.#state.generation, number: this.#state.number };
  }

  get counts(): { readonly users: number; readonly items: number; readonly ratings: number } {
    const { users, items, pairs } = this.#state;
    return { users: users.size, items: items.size, ratings: pairs.ratings };
  }

  /** Mean of all current ratings, in stars; 0 without ratings. */
  get mean(): number {
    return this.#state.pairs.meanStars / starUnit;
  }

  /**
   * Learns one cut: in any order, with duplicates. Its number grows by one if there was any news.
   * @throws {InvalidInteraction} before anything is learnt
   * @throws {BoundExceeded} with the cut half learnt: undo it
   */
  learn(events: readonly Interaction[]): Learnt {
    return learn(this.#state, events);
  }

  /** Starts a generation: retrains all vectors from the histories. @throws {BoundExceeded} */
  train(sweeps: number = this.settings.sweeps): Learnt {
    return train(this.#state, sweeps);
  }

  /** Forgets users as if they had never been there, and starts a generation, since every vector has learnt from them. */
  erase(userIds: Iterable<string>, sweeps: number = this.settings.sweeps): Learnt {
    this.#state = without(this.#state, new Set(userIds));
    return this.train(sweeps);
  }

  user(id: string): Vectors | undefined {
    return vectorsOf(this.#state.users, id);
  }

  item(id: string): Vectors | undefined {
    return vectorsOf(this.#state.items, id);
  }

  /** Estimated preference, about 0 to 1; undefined if either is unknown. */
  score(userId: string, itemId: string): number | undefined {
    const { users, items } = this.#state;
    const [x, y] = [users.vectors.get(userId), items.vectors.get(itemId)];
    return x && y && dot(x, y) / (users.unit * items.unit);
  }

  /** Estimated stars, on the scale; of an unknown user or item what the other alone says. */
  stars(userId: string, itemId: string): number {
    const { users, items } = this.#state;
    return starsOf(this.#state, [users.vectors.rowOf(userId), items.vectors.rowOf(itemId)]);
  }

  /** The n best items that the user has not seen, best first, ties by id; undefined if the user is unknown. */
  topN(userId: string, { n, exclude = new Set() }: TopNOptions): Scored[] | undefined {
    const { users, items } = this.#state;
    const x = users.vectors.get(userId);
    if (x === undefined) return undefined;
    const removed = new Set([...this.seen(userId), ...exclude]);
    const unit = users.unit * items.unit;
    return topNOf(x, items.vectors, { n, exclude: removed }).map(({ itemId, score }) => ({
      itemId,
      score: score / unit,
    }));
  }

  /** The n items whose vectors point the most alike, by cosine; undefined if the item is unknown. */
  similar(itemId: string, n: number): Scored[] | undefined {
    const { vectors } = this.#state.items;
    const y = vectors.get(itemId);
    if (y === undefined) return undefined;
    const squared = dot(y, y);
    return greatest(vectors.ids, { n, exclude: new Set([itemId]) }, row => {
      const other = vectors.row(row);
      return dot(y, other) / Math.sqrt(squared * dot(other, other));
    });
  }

  /** The n items that the most users like, with how many they are. */
  popular(n: number): Scored[] {
    const { items } = this.#state;
    return greatest(items.vectors.ids, { n }, row => items.likes.get(row));
  }

  /** Items that are not to be recommended to this user again, by the policy of the settings, sorted. */
  seen(userId: string): string[] {
    const { users, items, pairs } = this.#state;
    const row = users.vectors.rowOf(userId);
    if (row === undefined) return [];
    const seen = [...users.pairs.of(row)].filter(pair => this.settings.seen.some(kind => pairs.has(pair, kind)));
    return seen.map(pair => items.idOf(pairs.itemOf(pair))).sort();
  }

  /** SHA-256 over generation, number and the vectors sorted by id, in hexadecimal. */
  hash(): string {
    return modelHash(this.#state);
  }

  /** Checkpoint rows that changed since `clean`; null removes the row. */
  dirty(): Iterable<readonly [key: string, value: RowValue | null]> {
    return dirtyRows(this.#state);
  }

  /** The checkpoint holds what `dirty` told. */
  clean(): void {
    clean(this.#state);
  }

  /** Takes a row of a checkpoint into a new model; keys in any order. @throws {UnusableModelState} */
  restoreRow(key: string, value: RowValue): void {
    restoreRow(this.#state, key, value);
  }

  /** All rows are in: derives the rest. The model is then, to the bit, the one that wrote them. */
  finishRestore(): void {
    finishRestore(this.#state);
  }

  /** Back to the last `clean`, whose rows `read` answers. Rebuilds the model: a failure is rare, a copy would not be. */
  undo(read: (key: string) => RowValue | undefined): void {
    this.#state = before(this.#state, read);
  }
}

function vectorsOf(side: Side, id: string): Vectors | undefined {
  const row = side.vectors.rowOf(id);
  if (row === undefined) return undefined;
  const stars = side.starVectors.row(row);
  return {
    factors: side.vectors.row(row).slice(),
    starFactors: stars.slice(1),
    bias: (stars[0] ?? NaN) / starUnit,
    events: side.events.get(row),
  };
}

import { Aging } from './aging.ts';
import { FactColumns } from './fact-columns.ts';
import { fold, replaces, type Fact, type Facts } from './fold.ts';
import { kinds, type Kind } from './interaction.ts';
import { Numbers } from './numbers.ts';
import { PairIndex, type Ends } from './pair-index.ts';
import { roundHalfEven } from './rounding.ts';
import { starUnit, type Side } from './side.ts';
import type { WeightTable } from './weights.ts';

/** What stands in place of a rating where there is none. */
export const noStars = -32768;

/**
 * Every user and item that had to do with each other: the facts, and what both models make of them. In columns by pair,
 * about 65 bytes each with index and lists; the numbers of pairs that were removed are given out again.
 */
export class Pairs {
  readonly #users: Side;
  readonly #items: Side;
  readonly #facts = new FactColumns();
  readonly #index = new PairIndex();
  readonly #user = new Numbers(length => new Int32Array(length));
  readonly #item = new Numbers(length => new Int32Array(length));
  readonly #confidence = new Numbers(length => new Uint16Array(length));
  readonly #preference = new Numbers(length => new Uint8Array(length));
  readonly #stars = new Numbers(length => new Int16Array(length));
  readonly #free: number[] = [];
  #table: WeightTable;
  #aging: Aging;
  #size = 0;
  /** Exact: integers in star units. */
  #starSum = 0;
  #ratings = 0;

  constructor(table: WeightTable, users: Side, items: Side) {
    this.#table = table;
    this.#aging = new Aging(table);
    this.#users = users;
    this.#items = items;
  }

  /** Numbers of pairs that were given out; those of removed pairs have no facts and no weight. */
  get size(): number {
    return this.#size;
  }

  get ratings(): number {
    return this.#ratings;
  }

  /** Mean of all current ratings in star units, on the grid. */
  get meanStars(): number {
    return this.#ratings === 0 ? 0 : roundHalfEven(this.#starSum / this.#ratings);
  }

  /** The other end of each pair, seen from `side`; like those below valid until a pair is added. */
  neighbours(side: Side): Int32Array {
    return side === this.#users ? this.#item.values : this.#user.values;
  }

  /** Weight of each pair, in 1/16 steps. */
  get confidences(): Uint16Array {
    return this.#confidence.values;
  }

  get preferences(): Uint8Array {
    return this.#preference.values;
  }

  userOf(pair: number): number {
    return this.#user.get(pair);
  }

  itemOf(pair: number): number {
    return this.#item.get(pair);
  }

  /** The rating of each pair in star units; `noStars` where there is none. */
  get stars(): Int16Array {
    return this.#stars.values;
  }

  facts(pair: number): Facts {
    return this.#facts.get(pair);
  }

  has(pair: number, kind: Kind): boolean {
    return this.#facts.has(pair, kind);
  }

  /** The pair of two rows, if there is one. */
  find(user: number, item: number): number | undefined {
    return this.#index.find(this.#ends, user, item);
  }

  /** The pair of two rows, made where there is none. */
  of(user: number, item: number): number {
    const known = this.#index.find(this.#ends, user, item);
    if (known !== undefined) return known;
    const pair = this.#free.pop() ?? this.#size++;
    this.#user.set(pair, user);
    this.#item.set(pair, item);
    this.#confidence.set(pair, 0);
    this.#preference.set(pair, 0);
    this.#stars.set(pair, noStars);
    this.#facts.clear(pair);
    this.#index.add(this.#ends, pair);
    this.#users.pairs.add(user, pair);
    this.#items.pairs.add(item, pair);
    return pair;
  }

  /** Notes a fact unless a newer one of its kind is known; answers whether it was news. */
  note(pair: number, kind: Kind, fact: Fact): boolean {
    const known = this.#facts.get(pair)[kind];
    if (!replaces(fact, known)) return false;
    this.#facts.set(pair, kind, fact);
    if (known?.time !== fact.time) this.#aging.watch(pair, kind, fact.time);
    return true;
  }

  /** Removes all pairs of a user; answers its items. */
  removeUser(user: number): number[] {
    const pairs = [...this.#users.pairs.of(user)];
    const items = pairs.map(pair => this.itemOf(pair));
    for (const [n, pair] of pairs.entries()) {
      const item = items[n] ?? 0;
      this.#facts.clear(pair);
      this.refold(pair, 0);
      this.#items.heavy.forget(item);
      this.#index.remove(this.#ends, pair);
      this.#items.pairs.remove(item, pair);
      this.#free.push(pair);
    }
    this.#users.heavy.forget(user);
    this.#users.pairs.clear(user);
    return items;
  }

  /** Takes another table of weights. */
  reweigh(table: WeightTable, now: number): void {
    if (JSON.stringify(table) === JSON.stringify(this.#table)) return;
    this.#table = table;
    this.#aging = new Aging(table);
    for (let pair = 0; pair < this.#size; pair++) {
      const facts = this.facts(pair);
      for (const kind of kinds) if (facts[kind] !== undefined) this.#aging.watch(pair, kind, facts[kind].time);
      this.refold(pair, now);
    }
    this.aged(now);
  }

  /** Brings weight and stars up to the facts; answers whether anything changed for the models. */
  refold(pair: number, now: number): boolean {
    const facts = this.facts(pair);
    const { preference, confidence } = fold(this.#table, facts, now);
    const stars = facts.rating === undefined ? noStars : roundHalfEven(facts.rating.value * starUnit);
    const [oldPreference, oldConfidence] = [this.#preference.get(pair), this.#confidence.get(pair)];
    const sameStars = stars === this.#stars.get(pair);
    if (sameStars && preference === oldPreference && confidence === oldConfidence) return false;
    this.#noteShares(pair, oldConfidence, oldPreference);
    this.#countStars(this.#stars.get(pair), -1);
    this.#countStars(stars, 1);
    this.#count(pair, Math.sign(confidence) - Math.sign(oldConfidence), preference - oldPreference);
    this.#stars.set(pair, stars);
    this.#preference.set(pair, preference);
    this.#confidence.set(pair, confidence);
    return true;
  }

  /** Takes the pairs with a fact that has entered another age bucket since this was asked last. */
  aged(now: number): Set<number> {
    return this.#aging.take(now, pair => this.facts(pair));
  }

  get #ends(): Ends {
    return { user: this.#user.values, item: this.#item.values };
  }

  #count(pair: number, events: number, likes: number): void {
    for (const [side, row] of [[this.#users, this.userOf(pair)] as const, [this.#items, this.itemOf(pair)] as const]) {
      side.events.add(row, events);
      side.likes.add(row, likes);
    }
  }

  /** Heavy rows have the pair's old share in their sums. */
  #noteShares(pair: number, weight: number, preference: number): void {
    const [user, item] = [this.userOf(pair), this.itemOf(pair)];
    for (const [side, row, other, neighbour] of [
      [this.#users, user, this.#items, item],
      [this.#items, item, this.#users, user],
    ] as const) {
      if (!side.heavy.has(row)) continue;
      const vector = other.vectors.row(neighbour).slice();
      side.heavy.note(row, pair, { vector, weight, preference }, side.events.get(row));
    }
  }

  #countStars(stars: number, times: 1 | -1): void {
    if (stars === noStars) return;
    this.#starSum += times * stars;
    this.#ratings += times;
  }
}

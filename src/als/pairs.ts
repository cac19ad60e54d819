import { Aging } from './aging.ts';
import { FactColumns } from './fact-columns.ts';
import { fold, ratingIn, replaces, type Fact, type Facts } from './fold.ts';
import { kinds, type Kind } from './interaction.ts';
import { Numbers } from './numbers.ts';
import { PairIndex, type Ends } from './pair-index.ts';
import { roundHalfEven } from './rounding.ts';
import { codeOf, noStars, preferenceIn, silentCode, starsIn, weightIn } from './share-code.ts';
import { starUnit, type Side } from './side.ts';
import type { WeightTable } from './weights.ts';

/** From how many changed pairs on rows are told as a whole: to seek each pair in its rows would take longer. */
const manyPairs = 4_096;

/**
 * Every user and item that had to do with each other: the facts, and what both models make of them. In columns by pair,
 * about 90 bytes each with index and lists; the numbers of pairs that were removed are given out again.
 */
export class Pairs {
  #users: Side;
  #items: Side;
  readonly #facts = new FactColumns();
  readonly #index = new PairIndex();
  readonly #user = new Numbers(length => new Int32Array(length));
  readonly #item = new Numbers(length => new Int32Array(length));
  readonly #code = new Numbers(length => new Int32Array(length));
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

  /** The rows of both sides are these from here on: the same rows, with other vectors. */
  serve({ users, items }: { readonly users: Side; readonly items: Side }): void {
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
    return side.name === 'users' ? this.#item.values : this.#user.values;
  }

  /** What both models make of it: share-code.ts. */
  codeOf(pair: number): number {
    return this.#code.get(pair);
  }

  /** In 1/16 steps. */
  weightOf(pair: number): number {
    return weightIn(this.#code.get(pair));
  }

  preferenceOf(pair: number): number {
    return preferenceIn(this.#code.get(pair));
  }

  /** The rating in star units; `noStars` where there is none. */
  starsOf(pair: number): number {
    return starsIn(this.#code.get(pair));
  }

  userOf(pair: number): number {
    return this.#user.get(pair);
  }

  itemOf(pair: number): number {
    return this.#item.get(pair);
  }

  facts(pair: number): Facts {
    return this.#facts.get(pair);
  }

  /** A deleted rating is none. */
  has(pair: number, kind: Kind): boolean {
    return this.#facts.has(pair, kind) && !(kind === 'rating' && this.starsOf(pair) === noStars);
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
    this.#code.set(pair, silentCode);
    this.#facts.clear(pair);
    this.#index.add(this.#ends, pair);
    this.#users.pairs.add(user, pair, item);
    this.#items.pairs.add(item, pair, user);
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
      this.#refold(pair, 0);
      this.#items.heavy.forget(item);
      this.#index.remove(this.#ends, pair);
      this.#items.pairs.remove(item, pair);
      this.#free.push(pair);
    }
    this.#users.heavy.forget(user);
    this.#users.pairs.clear(user);
    return items;
  }

  isOf(table: WeightTable): boolean {
    return JSON.stringify(table) === JSON.stringify(this.#table);
  }

  /** Takes another table of weights. */
  reweigh(table: WeightTable, now: number): void {
    if (this.isOf(table)) return;
    this.#table = table;
    this.#aging = new Aging(table);
    for (let pair = 0; pair < this.#size; pair++) {
      const facts = this.facts(pair);
      for (const kind of kinds) if (facts[kind] !== undefined) this.#aging.watch(pair, kind, facts[kind].time);
    }
    this.refoldAll(now);
  }

  /** Brings weight and stars of pairs up to their facts; answers those with which anything changed for the models. */
  refold(pairs: Iterable<number>, now: number): number[] {
    const changed: number[] = [];
    for (const pair of pairs) if (this.#refold(pair, now)) changed.push(pair);
    if (changed.length > manyPairs) this.#tellRows(changed);
    else for (const pair of changed) this.#tellRow(pair);
    return changed;
  }

  /** Brings all pairs up to their facts. */
  refoldAll(now: number): void {
    this.refold(Array(this.#size).keys(), now);
    this.aged(now);
  }

  /** Takes the pairs with a fact that has entered another age bucket since this was asked last. */
  aged(now: number): Set<number> {
    return this.#aging.take(now, pair => this.facts(pair));
  }

  #refold(pair: number, now: number): boolean {
    const facts = this.facts(pair);
    const { preference, confidence } = fold(this.#table, facts, now);
    const rating = ratingIn(facts);
    const stars = rating === undefined ? noStars : roundHalfEven(rating * starUnit);
    const [before, code] = [this.#code.get(pair), codeOf(confidence, preference, stars)];
    if (code === before) return false;
    this.#noteShares(pair, weightIn(before), preferenceIn(before));
    this.#countStars(starsIn(before), -1);
    this.#countStars(stars, 1);
    const events = Math.sign(confidence) - Math.sign(weightIn(before));
    this.#count(pair, events, preference - preferenceIn(before));
    this.#code.set(pair, code);
    return true;
  }

  #tellRow(pair: number): void {
    const code = this.#code.get(pair);
    this.#users.pairs.setCode(this.userOf(pair), pair, code);
    this.#items.pairs.setCode(this.itemOf(pair), pair, code);
  }

  #tellRows(pairs: readonly number[]): void {
    const codes = this.#code.values;
    for (const row of new Set(pairs.map(pair => this.userOf(pair)))) this.#users.pairs.setCodes(row, codes);
    for (const row of new Set(pairs.map(pair => this.itemOf(pair)))) this.#items.pairs.setCodes(row, codes);
  }

  get #ends(): Ends {
    return { user: this.#user.values, item: this.#item.values };
  }

  #count(pair: number, events: number, likes: number): void {
    for (const [side, row] of [[this.#users, this.userOf(pair)] as const, [this.#items, this.itemOf(pair)] as const]) {
      side.countEvents(row, events);
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

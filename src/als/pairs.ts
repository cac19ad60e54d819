import { agedBetween, fold, replaces, type Fact, type Facts } from './fold.ts';
import type { Kind } from './interaction.ts';
import { Numbers } from './numbers.ts';
import { roundHalfEven } from './rounding.ts';
import { starUnit, type Side } from './side.ts';
import type { WeightTable } from './weights.ts';

/** What stands in place of a rating where there is none. */
export const noStars = -32768;

/** Every user and item that had to do with each other: the facts, and what both models make of them. */
export class Pairs {
  readonly #table: WeightTable;
  readonly #users: Side;
  readonly #items: Side;
  readonly #byItem: Map<number, number>[] = [];
  readonly #facts: Facts[] = [];
  readonly #user = new Numbers(length => new Int32Array(length));
  readonly #item = new Numbers(length => new Int32Array(length));
  readonly #confidence = new Numbers(length => new Uint16Array(length));
  readonly #preference = new Numbers(length => new Uint8Array(length));
  readonly #stars = new Numbers(length => new Int16Array(length));
  /** Exact: integers in star units. */
  #starSum = 0;
  #ratings = 0;

  constructor(table: WeightTable, users: Side, items: Side) {
    this.#table = table;
    this.#users = users;
    this.#items = items;
  }

  get size(): number {
    return this.#facts.length;
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
    return this.#facts[pair] ?? {};
  }

  /** The pair of two rows, made where there is none. */
  of(user: number, item: number): number {
    const byItem = (this.#byItem[user] ??= new Map<number, number>());
    const known = byItem.get(item);
    if (known !== undefined) return known;
    const pair = this.#facts.push({}) - 1;
    byItem.set(item, pair);
    this.#user.set(pair, user);
    this.#item.set(pair, item);
    this.#stars.set(pair, noStars);
    this.#users.pairs[user]?.push(pair);
    this.#items.pairs[item]?.push(pair);
    return pair;
  }

  /** Notes a fact unless a newer one of its kind is known; answers whether it was news. */
  note(pair: number, kind: Kind, fact: Fact): boolean {
    const facts = this.facts(pair);
    if (!replaces(fact, facts[kind])) return false;
    facts[kind] = fact;
    return true;
  }

  /** Brings weight and stars up to the facts; answers whether anything changed for the models. */
  refold(pair: number, now: number): boolean {
    const facts = this.facts(pair);
    const { preference, confidence } = fold(this.#table, facts, now);
    const stars = facts.rating === undefined ? noStars : roundHalfEven(facts.rating.value * starUnit);
    const [oldPreference, oldConfidence] = [this.#preference.get(pair), this.#confidence.get(pair)];
    const sameStars = stars === this.#stars.get(pair);
    if (sameStars && preference === oldPreference && confidence === oldConfidence) return false;
    this.#countStars(this.#stars.get(pair), -1);
    this.#countStars(stars, 1);
    this.#count(pair, Math.sign(confidence) - Math.sign(oldConfidence), preference - oldPreference);
    this.#stars.set(pair, stars);
    this.#preference.set(pair, preference);
    this.#confidence.set(pair, confidence);
    return true;
  }

  /** Pairs that weigh otherwise because event time went on. */
  aged(before: number, now: number): number[] {
    if (this.#table.ageBounds_ms.length === 0) return [];
    return [...this.#facts.keys()].filter(pair => agedBetween(this.#table, this.facts(pair), before, now));
  }

  #count(pair: number, events: number, likes: number): void {
    for (const [side, row] of [[this.#users, this.userOf(pair)] as const, [this.#items, this.itemOf(pair)] as const]) {
      side.events.add(row, events);
      side.likes.add(row, likes);
    }
  }

  #countStars(stars: number, times: 1 | -1): void {
    if (stars === noStars) return;
    this.#starSum += times * stars;
    this.#ratings += times;
  }
}

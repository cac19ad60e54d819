import type { Fact, Facts } from './fold.ts';
import { kinds, type Kind } from './interaction.ts';
import { Numbers } from './numbers.ts';

/** Facts in columns: 29 bytes each. */
class Columns {
  /** Number of the kind + 1; 0 where there is no fact. */
  readonly kind = new Numbers(length => new Uint8Array(length));
  readonly value = new Numbers(length => new Float64Array(length));
  readonly time = new Numbers(length => new Float64Array(length));
  readonly high = new Numbers(length => new Uint32Array(length));
  readonly low = new Numbers(length => new Uint32Array(length));
  /** Row + 1 among the others at which the next fact of the same pair stands; 0 for none. */
  readonly next = new Numbers(length => new Int32Array(length));

  put(at: number, kind: number, { value, time, high, low }: Fact): void {
    this.kind.set(at, kind);
    this.value.set(at, value);
    this.time.set(at, time);
    this.high.set(at, high);
    this.low.set(at, low);
  }

  get(at: number): Fact {
    return {
      value: this.value.get(at),
      time: this.time.get(at),
      high: this.high.get(at),
      low: this.low.get(at),
    };
  }
}

/** The facts of all pairs: the first kind of a pair by the pair's number, the others, which are rare, in a chain. */
export class FactColumns {
  readonly #first = new Columns();
  readonly #others = new Columns();
  #othersSize = 0;
  readonly #free: number[] = [];

  get(pair: number): Facts {
    const facts: Facts = {};
    const kind = kinds[this.#first.kind.get(pair) - 1];
    if (kind === undefined) return facts;
    facts[kind] = this.#first.get(pair);
    for (let at = this.#first.next.get(pair) - 1; at >= 0; at = this.#others.next.get(at) - 1) {
      const other = kinds[this.#others.kind.get(at) - 1];
      if (other !== undefined) facts[other] = this.#others.get(at);
    }
    return facts;
  }

  has(pair: number, kind: Kind): boolean {
    const number = kinds.indexOf(kind) + 1;
    if (this.#first.kind.get(pair) === number) return true;
    for (let at = this.#first.next.get(pair) - 1; at >= 0; at = this.#others.next.get(at) - 1)
      if (this.#others.kind.get(at) === number) return true;
    return false;
  }

  /** Puts a fact in the place of the one of its kind. */
  set(pair: number, kind: Kind, fact: Fact): void {
    const number = kinds.indexOf(kind) + 1;
    const [first, others] = [this.#first, this.#others];
    const known = first.kind.get(pair);
    if (known === 0 || known === number) {
      if (known === 0) first.next.set(pair, 0);
      first.put(pair, number, fact);
      return;
    }
    let at = first.next.get(pair) - 1;
    while (at >= 0 && others.kind.get(at) !== number) at = others.next.get(at) - 1;
    if (at < 0) {
      at = this.#free.pop() ?? this.#othersSize++;
      others.next.set(at, first.next.get(pair));
      first.next.set(pair, at + 1);
    }
    others.put(at, number, fact);
  }

  clear(pair: number): void {
    this.#first.kind.set(pair, 0);
    for (let at = this.#first.next.get(pair) - 1; at >= 0; at = this.#others.next.get(at) - 1) this.#free.push(at);
    this.#first.next.set(pair, 0);
  }
}

/** The lists that users have, by user: as they are stored, and how often they hold which item. */
import { Exposures } from './list-judge.ts';
import { decodeStored, encodeStored, isStanding, type Grave, type Standing, type Stored } from './standing.ts';

type Value = string | Uint8Array;

export class Standings {
  readonly #stored = new Map<string, Stored>();
  readonly #dirty = new Set<string>();
  #exposures = new Exposures();

  get exposures(): Exposures {
    return this.#exposures;
  }

  get(user: string): Stored | undefined {
    return this.#stored.get(user);
  }

  set(user: string, standing: Standing): void {
    this.remove(user);
    this.#stored.set(user, standing);
    this.#exposures.add(standing);
  }

  /** The user is no more; the vector that is still there makes no list. */
  bury(user: string, vector: Grave | undefined): void {
    this.remove(user);
    if (vector !== undefined)
      this.#stored.set(user, { grave: { generation: vector.generation, number: vector.number } });
  }

  remove(user: string): void {
    const stored = this.#stored.get(user);
    if (isStanding(stored)) this.#exposures.remove(stored);
    this.#stored.delete(user);
    this.#dirty.add(user);
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const user of this.#dirty) {
      const stored = this.#stored.get(user);
      yield [user, stored === undefined ? null : encodeStored(stored)];
    }
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const user of this.#dirty) {
      this.#stored.delete(user);
      const stored = read(user);
      if (stored !== undefined) this.restore(user, stored);
    }
    this.#dirty.clear();
  }

  restore(user: string, value: Value): void {
    this.#stored.set(user, decodeStored(value.toString()));
  }

  restored(): void {
    this.#exposures = new Exposures();
    for (const stored of this.#stored.values()) if (isStanding(stored)) this.#exposures.add(stored);
  }
}

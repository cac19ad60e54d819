import { hash } from './hash.ts';

/**
 * Whose turn it is with which model version: each user's with every so many numbers, as hash(user) mod that many says.
 * Numbers count cuts, and a version may hold several: the turns of those that are jumped over come with it.
 */
export class Turns {
  readonly #every: number;
  readonly #users = new Map<number, Set<string>>();

  constructor(everyVersions: number) {
    this.#every = everyVersions;
  }

  add(user: string): void {
    const turn = hash(user) % this.#every;
    const users = this.#users.get(turn);
    if (users === undefined) this.#users.set(turn, new Set([user]));
    else users.add(user);
  }

  /** Users whose turn came after the number `after`, up to and including `upTo`; all if a whole round was jumped over. */
  *between(after: number, upTo: number): Iterable<string> {
    const first = Math.max(after + 1, upTo - this.#every + 1);
    for (let number = first; number <= upTo; number++) yield* this.#users.get(number % this.#every) ?? [];
  }
}

import { hash } from './hash.ts';
import { tenantOf } from './tenant.ts';

/** Up to which number of its own versions a tenant has come. */
export type NumberOf = (tenant: string) => number;

/**
 * Whose turn it is with which model version: each user's with every so many numbers of the own tenant, as hash(user) mod
 * that many says. Numbers count cuts, and a version may hold several: the turns of those that are jumped over come with it.
 */
export class Turns {
  readonly #every: number;
  /** By tenant, and turn. */
  readonly #tenants = new Map<string, Map<number, Set<string>>>();

  constructor(everyVersions: number) {
    this.#every = everyVersions;
  }

  add(user: string): void {
    const turns = this.#of(tenantOf(user));
    const turn = hash(user) % this.#every;
    const users = turns.get(turn);
    if (users === undefined) turns.set(turn, new Set([user]));
    else users.add(user);
  }

  /** Users whose turn came after the number `after`, up to and including `upTo`; all if a whole round was jumped over. */
  *between(after: NumberOf, upTo: NumberOf): Iterable<string> {
    for (const [tenant, turns] of this.#tenants) {
      const last = upTo(tenant);
      const first = Math.max(after(tenant) + 1, last - this.#every + 1);
      for (let number = first; number <= last; number++) yield* turns.get(number % this.#every) ?? [];
    }
  }

  #of(tenant: string): Map<number, Set<string>> {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const turns = new Map<number, Set<string>>();
    this.#tenants.set(tenant, turns);
    return turns;
  }
}

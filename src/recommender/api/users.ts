/** Who has a profile, in memory: for finding a user by the beginning of the id. */
import type { Documents } from '../../documents/port.ts';
import { compareIds } from '../domain/order.ts';
import { TooManyUsers } from './errors.ts';
import { Followed } from './followed.ts';
import { asProfile } from './stored.ts';

/** About 100 MB. */
export const defaultMostUsers = 500_000;

export interface ListedUser {
  readonly userId: string;
  /** Things that the user has had to do with. */
  readonly events: number;
}

interface Entry {
  readonly userId: string;
  readonly order: string;
  events: number;
}

/** Holds at most `mostUsers`; beyond, every call throws `TooManyUsers`. */
export class UserDirectory {
  readonly #mostUsers: number;
  readonly #followed: Followed;
  readonly #users = new Map<string, Entry>();
  #sorted: Entry[] = [];
  #isSorted = true;

  constructor(documents: Pick<Documents, 'changes'>, mostUsers = defaultMostUsers) {
    this.#mostUsers = mostUsers;
    this.#followed = new Followed(documents, 'profiles', {
      begin: () => {
        this.#users.clear();
        this.#sorted = [];
      },
      take: document => {
        const { userId, count } = asProfile(document, document.body);
        this.#take(userId, count);
      },
    });
  }

  /** The first n users whose id begins like this, numbers in it by their value; and how many there are in all. */
  async find(prefix: string, n: number): Promise<{ readonly users: readonly ListedUser[]; readonly total: number }> {
    await this.#followed.refresh();
    const found = this.#inOrder().filter(({ userId }) => userId.startsWith(prefix));
    const users = found.slice(0, n).map(({ userId, events }) => ({ userId, events }));
    return { users, total: found.length };
  }

  #take(userId: string, events: number): void {
    const known = this.#users.get(userId);
    if (known !== undefined) {
      known.events = events;
      return;
    }
    if (this.#users.size >= this.#mostUsers) throw new TooManyUsers(this.#mostUsers);
    const entry = { userId, events, order: orderOf(userId) };
    this.#users.set(userId, entry);
    this.#sorted.push(entry);
    this.#isSorted = false;
  }

  /** A run that is sorted already costs a comparison an element. */
  #inOrder(): readonly Entry[] {
    if (!this.#isSorted) this.#sorted.sort((a, b) => compareIds(a.order, b.order) || compareIds(a.userId, b.userId));
    this.#isSorted = true;
    return this.#sorted;
  }
}

/** A text that sorts by the values of the numbers in the id: before its digits, each number tells how many there are. */
const orderOf = (id: string): string =>
  id.replaceAll(/\d+/g, digits => {
    const significant = digits.replace(/^0+/, '');
    return `0${String.fromCodePoint(significant.length)}${significant}`;
  });

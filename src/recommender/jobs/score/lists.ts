/** The lists of everybody, as of one model version, batch by batch. */
import type { Documents } from '../../../documents/port.ts';
import type { UserVector } from '../../../../schemas/types.ts';
import type { Kernel } from '../../../als/index.ts';
import { Stored } from '../../api/stored.ts';
import type { SeenPolicy } from '../../domain/shelf.ts';
import { tenantOf } from '../../domain/tenant.ts';
import type { Asked } from '../../domain/top-lists.ts';
import { fromBytes } from '../../domain/vectors.ts';
import type { PublishedModel } from '../export/published.ts';
import { ServedItems } from './served-items.ts';
import { type ListedUser, usersOf } from './users.ts';

/** Users whose lists are made at once: so many histories are in memory. */
const batchSize = 512;
/** Histories that are read at a time. */
const readAtOnce = 16;

export interface UserScores {
  readonly userId: string;
  /** `personal` from the user's own vector; `popular` for one without. */
  readonly reason: 'personal' | 'popular';
  /** Whose vectors it was made with: while an experiment runs, of the generation that serves this user. */
  readonly generation: number;
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
}

export interface ListOptions {
  readonly documents: Pick<Documents, 'get' | 'isCurrent' | 'list'>;
  readonly published: PublishedModel;
  readonly kernel: Kernel;
  /** Items of a list: 1 to 1,000. */
  readonly n: number;
  readonly seen: SeenPolicy;
  /** Whose users; everybody's where absent. */
  readonly tenant?: string | undefined;
}

/** In batches; what a user has seen by the policy of the lists is in none of them. */
export async function* listsOf(options: ListOptions): AsyncGenerator<readonly UserScores[]> {
  const { documents, published } = options;
  await using maker = await ListMaker.of(options);
  let batch: ListedUser[] = [];
  for await (const user of usersOf(documents, published.users, options.tenant)) {
    batch.push(user);
    if (batch.length < batchSize) continue;
    yield await maker.make(batch);
    batch = [];
  }
  if (batch.length > 0) yield await maker.make(batch);
}

const askedOf = ({ factors }: UserVector, seen: ReadonlySet<string> = new Set()): Asked => ({
  factors: fromBytes(factors),
  seen,
});

class ListMaker implements AsyncDisposable {
  readonly #stored: Stored;
  readonly #popular = new Map<string, UserScores['items']>();
  readonly #items: ServedItems;
  readonly #generation: number;
  readonly #n: number;
  readonly #policy: SeenPolicy;

  static async of(options: ListOptions): Promise<ListMaker> {
    const stored = new Stored(options.documents);
    return new ListMaker(options, stored);
  }

  private constructor({ published, kernel, n, seen }: ListOptions, stored: Stored) {
    this.#stored = stored;
    this.#items = new ServedItems(kernel, published);
    this.#generation = published.version.generation;
    this.#n = n;
    this.#policy = seen;
  }

  async make(users: readonly ListedUser[]): Promise<UserScores[]> {
    const seen = await this.#seenBy(users);
    const known = users.flatMap(({ userId, vector }, at) =>
      vector === undefined
        ? []
        : [{ at, tenant: tenantOf(userId), generation: vector.generation, ...askedOf(vector, seen[at]) }],
    );
    const personal = new Map<number, UserScores['items']>();
    for (const own of Map.groupBy(known, ({ tenant, generation }) => `${generation} ${tenant}`).values()) {
      const [first] = own;
      const lists = first === undefined ? [] : this.#items.best(first, own, this.#n);
      for (const [list, { at }] of own.entries()) personal.set(at, lists[list] ?? []);
    }
    for (const { userId } of users) await this.#readPopular(tenantOf(userId));
    return users.map(({ userId, vector }, at) => {
      const items = personal.get(at) ?? [];
      const generation = vector?.generation ?? this.#generation;
      if (items.length > 0) return { userId, reason: 'personal', generation, items };
      const liked = this.#popular.get(tenantOf(userId)) ?? [];
      const popular = liked.filter(({ itemId }) => seen[at]?.has(itemId) !== true);
      return { userId, reason: 'popular', generation: this.#generation, items: popular.slice(0, this.#n) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#items[Symbol.dispose]();
  }

  /** Once for each tenant. */
  async #readPopular(tenant: string): Promise<void> {
    if (this.#popular.has(tenant)) return;
    this.#popular.set(tenant, (await this.#stored.model(tenant))?.popular ?? []);
  }

  async #seenBy(users: readonly ListedUser[]): Promise<ReadonlySet<string>[]> {
    const seen: ReadonlySet<string>[] = [];
    for (let from = 0; from < users.length; from += readAtOnce) {
      const read = users.slice(from, from + readAtOnce).map(async ({ userId }) => {
        const { items } = await this.#stored.historyOf(userId);
        const kept = items.filter(({ done }) => done.some(({ kind }) => this.#policy.includes(kind)));
        return new Set(kept.map(({ itemId }) => itemId));
      });
      seen.push(...(await Promise.all(read)));
    }
    return seen;
  }
}

/** The lists of everybody, as of one model version, batch by batch. */
import type { Documents } from '../../../documents/port.ts';
import type { Kernel, Scored } from '../../../als/index.ts';
import { Stored } from '../../api/stored.ts';
import type { SeenPolicy } from '../../domain/shelf.ts';
import { tenantOf } from '../../domain/tenant.ts';
import { type Asked, TopLists } from '../../domain/top-lists.ts';
import { fromBytes } from '../../domain/vectors.ts';
import type { PublishedModel } from '../export/published.ts';
import { type ListedUser, usersOf } from './users.ts';

/** Users whose lists are made at once: so many histories are in memory. */
const batchSize = 512;
/** Histories that are read at a time. */
const readAtOnce = 16;

export interface UserScores {
  readonly userId: string;
  /** `personal` from the user's own vector; `popular` for one without. */
  readonly reason: 'personal' | 'popular';
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
}

export interface ListOptions {
  readonly documents: Pick<Documents, 'get' | 'list'>;
  readonly published: PublishedModel;
  readonly kernel: Kernel;
  /** Items of a list: 1 to 1,000. */
  readonly n: number;
  readonly seen: SeenPolicy;
}

/** In batches; what a user has seen by the policy of the lists is in none of them. */
export async function* listsOf(options: ListOptions): AsyncGenerator<readonly UserScores[]> {
  const { documents, published } = options;
  await using maker = await ListMaker.of(options);
  let batch: ListedUser[] = [];
  for await (const user of usersOf(documents, published.users)) {
    batch.push(user);
    if (batch.length < batchSize) continue;
    yield await maker.make(batch);
    batch = [];
  }
  if (batch.length > 0) yield await maker.make(batch);
}

class ListMaker implements AsyncDisposable {
  readonly #stored: Stored;
  readonly #popular = new Map<string, UserScores['items']>();
  /** Of each tenant the items of its own. */
  readonly #top: ReadonlyMap<string, TopLists>;
  readonly #unit: number;
  readonly #n: number;
  readonly #policy: SeenPolicy;

  static async of(options: ListOptions): Promise<ListMaker> {
    const stored = new Stored(options.documents);
    return new ListMaker(options, stored);
  }

  private constructor({ published: { version, items }, kernel, n, seen }: ListOptions, stored: Stored) {
    const vectors = items.map(({ id, factors }) => ({ id, factors: fromBytes(factors) }));
    const { factors: k, userExponent, itemExponent } = version.hyperParameters;
    this.#stored = stored;
    const tenants = Map.groupBy(vectors, ({ id }) => tenantOf(id));
    this.#top = new Map([...tenants].map(([tenant, own]) => [tenant, new TopLists(kernel, k, own)]));
    this.#unit = 2 ** (userExponent + itemExponent);
    this.#n = n;
    this.#policy = seen;
  }

  async make(users: readonly ListedUser[]): Promise<UserScores[]> {
    const seen = await this.#seenBy(users);
    const known = users.flatMap(({ vector }, at): (Asked & { at: number })[] =>
      vector === undefined ? [] : [{ at, factors: fromBytes(vector.factors), seen: seen[at] ?? new Set() }],
    );
    const personal = new Map<number, readonly Scored[]>();
    for (const [tenant, own] of Map.groupBy(known, ({ at }) => tenantOf(users[at]?.userId ?? ''))) {
      const top = this.#top.get(tenant)?.of(own, this.#n) ?? [];
      for (const [list, { at }] of own.entries()) personal.set(at, top[list] ?? []);
    }
    for (const { userId } of users) await this.#readPopular(tenantOf(userId));
    return users.map(({ userId }, at) => {
      const items = personal.get(at)?.map(({ itemId, score }) => ({ itemId, score: score / this.#unit }));
      if (items !== undefined && items.length > 0) return { userId, reason: 'personal', items };
      const liked = this.#popular.get(tenantOf(userId)) ?? [];
      const popular = liked.filter(({ itemId }) => seen[at]?.has(itemId) !== true);
      return { userId, reason: 'popular', items: popular.slice(0, this.#n) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const top of this.#top.values()) top[Symbol.dispose]();
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

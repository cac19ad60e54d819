/** What most users like, of each tenant: nobody is shown what is popular elsewhere. */
import type { Model, Scored } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { tenantOf } from './tenant.ts';

/** Tenants that a learner has heard of: it need not look at every item to find that there is only one. */
export class KnownTenants {
  readonly #known = new Set<string>(['']);
  #looked: number | undefined;

  add(tenant: string): void {
    this.#known.add(tenant);
  }

  /** The n most liked items of each tenant with items, by tenant; also of '', where it has none. */
  popular(model: Model, n: number): ReadonlyMap<string, readonly Scored[]> {
    this.#look(model);
    if (this.#known.size === 1) return new Map([['', model.popular(n)]]);
    const groups = [...model.popularBy(tenantOf, n)].sort(([a], [b]) => compareIds(a, b));
    return new Map([['', []], ...groups]);
  }

  /** After a restart, and with a generation from elsewhere, the items themselves say whose they are. */
  #look({ version: { generation }, ids }: Model): void {
    if (this.#looked === generation) return;
    this.#looked = generation;
    for (const id of ids.items) this.#known.add(tenantOf(id));
  }
}

/** Those of a tenant, of a list that holds everybody's, in its order. */
export const popularOf = (items: readonly string[], tenant: string): readonly string[] =>
  items.filter(itemId => tenantOf(itemId) === tenant);

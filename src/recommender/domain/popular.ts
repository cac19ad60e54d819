/** What most users like, of each tenant: nobody is shown what is popular elsewhere. */
import type { Model, Scored } from '../../als/index.ts';
import { tenantOf } from './tenant.ts';

/** Places of a tenant that are kept, and served. */
export const popularKept = 100;

interface Found {
  readonly generation: number;
  readonly number: number;
  readonly items: readonly Scored[];
}

/** The most liked items of each tenant of which anything is known, looked for again only where the tenant has changed. */
export class PopularItems {
  readonly #most: number;
  readonly #found = new Map<string, Found>();

  constructor(most: number) {
    this.#most = most;
  }

  /** By tenant; also of '', where it has none. */
  of(model: Model): ReadonlyMap<string, readonly Scored[]> {
    return new Map(model.parts.map(tenant => [tenant, this.#of(model, tenant)]));
  }

  /** Numbers that an undone epoch has had come again, and say something else. */
  forget(): void {
    this.#found.clear();
  }

  #of(model: Model, tenant: string): readonly Scored[] {
    const [{ generation }, number] = [model.version, model.numberOf(tenant)];
    const found = this.#found.get(tenant);
    if (found?.generation === generation && found.number === number) return found.items;
    const items = model.popular(this.#most, tenant);
    this.#found.set(tenant, { generation, number, items });
    return items;
  }
}

/** Those of a tenant, of a list that holds everybody's, in its order. */
export const popularOf = (items: readonly string[], tenant: string): readonly string[] =>
  items.filter(itemId => tenantOf(itemId) === tenant);

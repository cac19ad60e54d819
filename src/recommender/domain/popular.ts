/** What most users like, of each tenant: nobody is shown what is popular elsewhere. */
import type { Model, Scored } from '../../als/index.ts';
import { tenantOf } from './tenant.ts';

/** The n most liked items of each tenant of which anything is known, by tenant; also of '', where it has none. */
export const popularOfTenants = (model: Model, n: number): ReadonlyMap<string, readonly Scored[]> =>
  new Map(model.parts.map(tenant => [tenant, model.popular(n, tenant)]));

/** Those of a tenant, of a list that holds everybody's, in its order. */
export const popularOf = (items: readonly string[], tenant: string): readonly string[] =>
  items.filter(itemId => tenantOf(itemId) === tenant);

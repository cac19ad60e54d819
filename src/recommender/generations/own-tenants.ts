/** What a generation from elsewhere has to know before it serves: something of each tenant that is learnt here. */
import type { Generation, Model } from '../../als/index.ts';
import { MillraceError } from '../../errors.ts';
import { tenantOf } from '../domain/tenant.ts';

/** It would leave a tenant with vectors of nothing: those of whom it knows nothing begin with first values. */
class TenantsMissing extends MillraceError {
  readonly code = 'TENANTS_MISSING';
}

/** Tenants that are named in an error at most. */
const mostNamed = 5;

/**
 * A generation is live for all tenants at once, so it has to hold items of each that has users here. One of a single
 * tenant, by its own ids, is for a deployment of its own. @throws {TenantsMissing}
 */
export function requireTenants({ ids }: Pick<Model, 'ids'>, { items }: Pick<Generation, 'items'>, name: string): void {
  const known = new Set(ids.items);
  const held = new Set(items.ids.filter(id => known.has(id)).map(tenantOf));
  const missing = [...new Set(ids.users.map(tenantOf))].filter(tenant => !held.has(tenant)).sort();
  if (missing.length === 0) return;
  const named = missing.slice(0, mostNamed).map(tenant => (tenant === '' ? 'those without a tenant' : `'${tenant}'`));
  const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : '';
  throw new TenantsMissing(
    `Generation '${name}' knows no item of ${named.join(', ')}${more}`,
    'Train it on the events of all tenants, by their scoped ids: `millrace export model --format generation` without --tenant shows them. One of a single tenant is for a deployment of its own',
  );
}

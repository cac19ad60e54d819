/** What of the published model is one tenant's: a model by itself, by the ids that the tenant knows. */
import { MillraceError } from '../../../errors.ts';
import { ownVersion } from '../../domain/own-version.ts';
import { plainOf, tenantOf } from '../../domain/tenant.ts';
import type { PublishedModel } from './published.ts';

/** Nothing is known of a tenant of this name. */
export class UnknownTenant extends MillraceError {
  readonly code = 'UNKNOWN_TENANT';
}

/** Named in the refusal at most. */
const mostNamed = 20;

/** With the number, time and mean of the tenant; `hash` stays that of the whole version. @throws {UnknownTenant} */
export function ofTenant(published: PublishedModel, tenant: string): PublishedModel {
  const { version, users, items } = published;
  const isOwn = ({ id }: { readonly id: string }): boolean => tenantOf(id) === tenant;
  const plain = <V extends { readonly id: string }>(vector: V): V => ({ ...vector, id: plainOf(vector.id) });
  const own = { users: users.filter(isOwn).map(plain), items: items.filter(isOwn).map(plain) };
  if (own.users.length + own.items.length === 0) throw unknown(published, tenant);
  const { meanStars = version.meanStars } = version.tenants.find(one => one.tenant === tenant) ?? {};
  return { version: { ...version, ...ownVersion(version, tenant), meanStars }, ...own };
}

function unknown({ version: { tenants } }: PublishedModel, tenant: string): UnknownTenant {
  const names = tenants.map(one => one.tenant).filter(name => name !== '');
  const others = names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? ', …' : '');
  return new UnknownTenant(
    `The published model knows nothing of a tenant '${tenant}'`,
    names.length === 0 ? 'Leave --tenant out: the model is of one shop' : `Name one that it knows: ${others}`,
  );
}

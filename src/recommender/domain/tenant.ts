/** Several shops in one log and one model: ids of each are told apart by one function. */

/** No id holds control characters: what is scoped is no plain id, and nothing is scoped twice alike. */
const separator = '\u001f';

/** Of a shop or site; '' is that of whoever has only one. */
export const isTenant = (name: string): boolean => name === '' || /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name);

/**
 * The id by which a tenant's user, session, item or event is known to model, log keys and documents. Injective over
 * pairs of a tenant and an id without control characters; without a tenant it is the id itself.
 */
export const scoped = (tenant: string, id: string): string => (tenant === '' ? id : `${tenant}${separator}${id}`);

/** Whose a scoped id is. */
export function tenantOf(id: string): string {
  const at = id.indexOf(separator);
  return at < 0 ? '' : id.slice(0, at);
}

/** The id as the tenant gave it. */
export const plainOf = (id: string): string => id.slice(id.indexOf(separator) + 1);

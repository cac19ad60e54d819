/**
 * The tenants of a deployment, where somebody has said which: what is of another one is refused where it would come in,
 * by the server and by whoever brings orders. Nobody who reads the log asks: a task that executes an epoch again has to
 * find in it what it found the first time, whatever is configured since.
 */
export type AllowedTenants = ReadonlySet<string>;

/** Undefined where none is named: all are allowed then. */
export const allowedTenants = (names: readonly string[]): AllowedTenants | undefined =>
  names.length === 0 ? undefined : new Set(names);

/** What is of no tenant always is. */
export const isAllowed = (allowed: AllowedTenants | undefined, tenant: string): boolean =>
  allowed === undefined || tenant === '' || allowed.has(tenant);

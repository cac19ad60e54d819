/** Settings of whose events are taken, where several shops share a deployment. */
import { z } from 'zod';
import { isTenant } from '../recommender/domain/tenant.ts';
import { textList } from './text-list.ts';

/** More need a deployment of their own: each costs a part of the model. */
const mostNamed = 10_000;
const named = z.string().min(1).refine(isTenant, 'lower-case letters, digits and dashes, 63 at most');

export const tenantsSection = z.strictObject({
  allowed: textList(named, mostNamed).describe(
    'The tenants that there are, joined by commas where it is a text; where empty all are. Callers of others are answered 403, `TENANT_NOT_ALLOWED`, orders of others become dead letters, and `import` and `generate` refuse them; what is of no tenant is always taken.',
  ),
});

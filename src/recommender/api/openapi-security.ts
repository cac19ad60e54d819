/** Who may ask for what, in OpenAPI's words: made of each endpoint's `access`, like the check itself. */
import type { AccessKind } from './auth/caller.ts';

/** Both travel as `Authorization: Bearer`; which of the two it is, the server sees from its form. */
export const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "Of the issuer that the server trusts; a shopper's opens what is about that shopper",
  },
  key: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'API key',
    description: 'Of `millrace keys create`; for one tenant and role',
  },
} as const;

/**
 * Empty for what anybody may ask. Otherwise one of both credentials, of this role or of one that may do what it may:
 * OpenAPI 3.1 lets a requirement name roles.
 */
export function securityOf(access: AccessKind) {
  if (access === 'public') return [];
  const role = access === 'user' ? 'shopper' : access;
  return [{ token: [role] }, { key: [role] }];
}

/** Statuses of refusals that come before anything is looked up. A token that is shown is looked at everywhere. */
export const refusalsOf = (access: AccessKind): readonly number[] =>
  access === 'public' ? [401, 429] : [401, 403, 429];

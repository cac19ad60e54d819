/** Whom the credentials of a request speak for: a page that was given some need not read them. */
import { z } from 'zod';
import { roles } from './auth/caller.ts';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import { nothing } from './wire.ts';

const caller = z.object({
  role: z.enum(roles).describe('Without credentials configured everybody is an admin'),
  userId: z.string().nullable().describe('Whom a shopper acts for; null for the others, who act for nobody'),
});

export const callerEndpoint = (): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v2/me',
      access: 'shopper',
      summary: 'Whom the credentials speak for',
      params: nothing,
      query: nothing,
      answer: caller,
      status: 200,
      problems: [],
    },
    ({ caller: { role, userId = null } }) => ok({ role, userId }),
  );

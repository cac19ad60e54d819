/** Credentials of tests in which several tenants ask: `TENANT|ROLE|USER`, the user of shoppers alone. */
import { type Caller, CredentialsInvalid } from '../../../src/recommender/api/auth/caller.ts';
import type { Gate } from '../../../src/recommender/api/auth/gate.ts';

export const tenantGate: Gate = {
  async identify({ authorization }) {
    if (authorization === undefined) return undefined;
    const [tenant = '', role, userId] = authorization.split('|');
    if (role !== 'shopper' && role !== 'service' && role !== 'admin') throw new CredentialsInvalid();
    const caller: Caller = role === 'shopper' ? { role, tenant, userId } : { role, tenant };
    return { caller, credential: authorization };
  },
};

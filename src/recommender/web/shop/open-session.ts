/** Signs shoppers in: by an address where the server asks nobody, else by a token of that shopper's. */
import { signal } from '@preact/signals';
import type { Memory } from '../components/memory.ts';
import { shopperOf, type SignIn, tokenFrom } from '../components/token-issuer.ts';
import type { Address } from '../dashboard/address.ts';
import type { Session } from './session.ts';
import { SignedSession } from './signed-session.ts';

export function openSession({ required, tokenEndpoint }: SignIn, address: Address, memory: Memory): Session {
  if (!required) return namedSession(address);
  return new SignedSession({
    issue: tokenEndpoint === null ? undefined : userId => tokenFrom(tokenEndpoint, { userId }),
    speaksFor: shopperOf,
    fetch: request => fetch(request),
    memory,
    now: Date.now,
  });
}

/** Nobody proves anything, and the address keeps who it is. */
const namedSession = (address: Address): Session => ({
  user: address.user,
  way: 'named',
  lapsed: signal(undefined),
  enter: async name => address.go(name, 'choice'),
  leave: () => address.leave(),
  send: request => fetch(request),
});

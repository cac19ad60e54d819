/** Who shops, and how the server is told: by an address where it asks nobody, else by a token of that shopper's. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Send } from '../components/fetched-events.ts';
import type { SignIn } from '../components/token-issuer.ts';
import type { Address } from '../dashboard/address.ts';
import { SignedSession } from './signed-session.ts';

export interface Session {
  readonly user: ReadonlySignal<string | undefined>;
  /** How one gets in: by any name; by a name that an issuer gives a token for; with a key or token of one's own. */
  readonly way: 'named' | 'issued' | 'brought';
  /** Whose credentials count no longer, until somebody signs in or out. */
  readonly lapsed: ReadonlySignal<string | undefined>;
  /** Takes a name, or what was brought. Rejects, and changes nothing, where it opens no shopper's account. */
  enter(what: string): Promise<void>;
  leave(): void;
  /** Sends a request as who has signed in. */
  readonly send: Send;
}

export function openSession({ required, tokenEndpoint }: SignIn, address: Address, page: Window): Session {
  return required ? new SignedSession(tokenEndpoint, page.sessionStorage) : namedSession(address);
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

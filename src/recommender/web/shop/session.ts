/** Who shops, and how the server is told. */
import type { ReadonlySignal } from '@preact/signals';
import type { Send } from '../components/fetched-events.ts';

/** Credentials that count no longer. */
export interface Lapsed {
  readonly userId: string;
  /** What kept them from being renewed; undefined where nobody renews them. */
  readonly cause: unknown;
}

export interface Session {
  readonly user: ReadonlySignal<string | undefined>;
  /** How one gets in: by any name; by a name that an issuer gives a token for; with a key or token of one's own. */
  readonly way: 'named' | 'issued' | 'brought';
  /** Whose credentials count no longer, until somebody signs in or out. */
  readonly lapsed: ReadonlySignal<Lapsed | undefined>;
  /** Takes a name, or what was brought. Rejects, and changes nothing, where it opens no shopper's account. */
  enter(what: string): Promise<void>;
  leave(): void;
  /** Sends a request as who has signed in. */
  readonly send: Send;
}

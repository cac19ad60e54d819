/** Who asks, and what an endpoint asks of them. */
import { RequestRefused } from '../errors.ts';

/**
 * A shopper acts for one user; a service for every user of its tenant; an admin for all, and for the engine and its
 * figures; who monitors reads the metrics and nothing else.
 */
export const roles = ['shopper', 'service', 'monitor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Somebody whose credentials have been checked. */
export interface Caller {
  readonly role: Role;
  /** The shop or site; empty where there is only one. */
  readonly tenant: string;
  /** Whom a shopper acts for; the others act for nobody. */
  readonly userId?: string | undefined;
}

/** Whoever asks a server that no credentials are configured for; it listens on loopback only. */
export const everybody: Caller = { role: 'admin', tenant: '' };

/**
 * What an endpoint asks for. `public`: nothing. `shopper`: to be known. `service`, `monitor`, `admin`: that role; an
 * admin may do what any of them may, and a service what a shopper may. A function names the user (or session) that a
 * request is about: a shopper may be that one alone, and where it names nobody the request is about everybody, which is
 * for services.
 */
export type Access<R> = 'public' | Role | ((request: R) => string | undefined);

/** An access without the request that it is about: `user` is that of whoever the request names. */
export type AccessKind = 'public' | Role | 'user';

export const kindOf = <R>(access: Access<R>): AccessKind => (typeof access === 'function' ? 'user' : access);

const admitted: { readonly [R in Role]: readonly Role[] } = {
  shopper: ['shopper', 'service', 'admin'],
  service: ['service', 'admin'],
  monitor: ['monitor', 'admin'],
  admin: ['admin'],
};

/** No credentials came with the request, and the endpoint is for those who are known. */
export class CredentialsMissing extends RequestRefused {
  readonly code = 'CREDENTIALS_MISSING';
  readonly status = 401;
  constructor() {
    super('This is for callers that are known', 'Send `Authorization: Bearer` with a token or an API key');
  }
}

/** Credentials came, and nothing vouches for them. The answer never says which part was wrong. */
export class CredentialsInvalid extends RequestRefused {
  readonly code = 'CREDENTIALS_INVALID';
  readonly status = 401;
  constructor(cause?: unknown) {
    super(
      'The credentials are not valid, or not any more',
      'Get a new token, or leave them out where none are needed',
      {
        cause,
      },
    );
  }
}

/** The caller is known, and may not do this. The same answer whether or not there is anything to be kept from them. */
export class Forbidden extends RequestRefused {
  readonly code = 'FORBIDDEN';
  readonly status = 403;
  constructor() {
    super('The caller may not do this', 'A shopper acts for one user; ask with the key of a service for others');
  }
}

/** What is known before the request is: throws `CredentialsMissing` or `Forbidden`. */
export function admit(kind: AccessKind, caller: Caller | undefined): void {
  if (kind === 'public') return;
  if (caller === undefined) throw new CredentialsMissing();
  if (!admitted[kind === 'user' ? 'shopper' : kind].includes(caller.role)) throw new Forbidden();
}

/** A shopper acts for one user: throws `Forbidden` where the request is about another, or about everybody. */
export function admitTo(userId: string | undefined, caller: Caller): void {
  if (caller.role !== 'shopper') return;
  if (userId === undefined || userId !== caller.userId) throw new Forbidden();
}

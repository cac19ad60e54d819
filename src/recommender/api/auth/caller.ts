/** Who asks, and what an endpoint asks of them. */
import { RequestRefused } from '../errors.ts';

/** A shopper acts for one user; a service for every user of its tenant; an admin also for the engine and its figures. */
export const roles = ['shopper', 'service', 'admin'] as const;
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
 * What an endpoint asks for. `public`: nothing. `shopper`: to be known. `service`, `admin`: that role or a greater one.
 * A function names the user (or session) that a request is about: a shopper may be that one alone, and where it names
 * nobody the request is about everybody, which is for services.
 */
export type Access<R> = 'public' | Role | ((request: R) => string | undefined);

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
export function admit<R>(access: Access<R>, caller: Caller | undefined): void {
  if (access === 'public') return;
  if (caller === undefined) throw new CredentialsMissing();
  const least = typeof access === 'function' ? 'shopper' : access;
  if (roles.indexOf(caller.role) < roles.indexOf(least)) throw new Forbidden();
}

/** A shopper acts for one user: throws `Forbidden` where the request is about another, or about everybody. */
export function admitTo(userId: string | undefined, caller: Caller): void {
  if (caller.role !== 'shopper') return;
  if (userId === undefined || userId !== caller.userId) throw new Forbidden();
}

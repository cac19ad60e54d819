/** How a page gets credentials, and the issuer that gives them, where the server names one. */
import { Refused, Unreachable } from '../../api/client/errors.ts';

export interface SignIn {
  readonly required: boolean;
  /** Null where people bring their own. */
  readonly tokenEndpoint: string | null;
  /** What an admin's role is called. */
  readonly adminRole: string;
}

export interface Issued {
  readonly token: string;
  readonly lifetime_s: number;
}

const limit_ms = 10_000;

/** A server of pages without `/sign-in.json` asks nobody. @throws {Unreachable} where it does not say */
export async function howToSignIn(): Promise<SignIn> {
  const answer = await sent('/sign-in.json', {});
  if (answer.status === 404) return { required: false, tokenEndpoint: null, adminRole: '' };
  const { required, tokenEndpoint, adminRole } = await fieldsOf(answer);
  return {
    required: required === true,
    tokenEndpoint: textOrNull(tokenEndpoint),
    adminRole: textOrNull(adminRole) ?? '',
  };
}

/** @throws {Refused} where the issuer does not sign this one in, {@link Unreachable} where it does not answer */
export async function tokenFrom(
  endpoint: string,
  who: { readonly userId: string } | { readonly role: string },
): Promise<Issued> {
  const headers = { 'content-type': 'application/json' };
  const answer = await sent(endpoint, { method: 'POST', headers, body: JSON.stringify(who) });
  if (!answer.ok) throw new Refused(answer.status, 'SIGN_IN_REFUSED', 'The issuer of tokens does not sign this one in');
  const { access_token: token, expires_in: lifetime_s } = await fieldsOf(answer);
  if (typeof token !== 'string' || token === '' || typeof lifetime_s !== 'number')
    throw new Unreachable(new Error(`${endpoint} answers without access_token and expires_in`));
  return { token, lifetime_s };
}

/** Whether these credentials may ask for what is there. @throws {Refused} {Unreachable} where nobody can tell */
export async function opens(url: string, token: string): Promise<boolean> {
  const { ok, status } = await sent(url, { headers: { authorization: `Bearer ${token}` } });
  if (ok) return true;
  if (status === 401 || status === 403) return false;
  throw new Refused(status, 'SIGN_IN_UNKNOWN', `The server answers ${status}, and does not say whether this opens it`);
}

async function sent(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(limit_ms) });
  } catch (cause) {
    throw new Unreachable(cause);
  }
}

interface Fields {
  readonly [name: string]: unknown;
}

async function fieldsOf(answer: Response): Promise<Fields> {
  const value: unknown = await answer.json().catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  if (typeof value !== 'object' || value === null) throw new Unreachable(new Error(`${answer.url} answers no object`));
  return { ...value };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** How a page gets credentials, and the issuer that gives them, where the server names one. */
import { Refused, Unreachable } from '../../api/client/errors.ts';

export interface SignIn {
  readonly required: boolean;
  /** Null where people bring their own. */
  readonly tokenEndpoint: string | null;
  /** What an admin's role is called. */
  readonly adminRole: string;
  /** Some users to be, where anybody may be anybody. */
  readonly suggested: readonly string[];
}

export interface Issued {
  readonly token: string;
  /** Infinite where the issuer does not say. */
  readonly lifetime_ms: number;
}

const limit_ms = 10_000;

/** A server of pages without `/sign-in.json` asks nobody. @throws {Unreachable} where it does not say */
export async function howToSignIn(): Promise<SignIn> {
  const answer = await sent('/sign-in.json', {});
  if (answer.status === 404) return { required: false, tokenEndpoint: null, adminRole: '', suggested: [] };
  if (!answer.ok) throw new Unreachable(new Error(`sign-in.json answers ${answer.status}`));
  const { required, tokenEndpoint, adminRole, suggested } = await fieldsOf(answer);
  return {
    required: required === true,
    tokenEndpoint: textOrNull(tokenEndpoint),
    adminRole: textOrNull(adminRole) ?? '',
    suggested: Array.isArray(suggested) ? suggested.filter(one => typeof one === 'string') : [],
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
  const { access_token: token, expires_in } = await fieldsOf(answer);
  if (typeof token !== 'string' || token === '')
    throw new Unreachable(new Error(`${endpoint} answers without access_token`));
  return { token, lifetime_ms: typeof expires_in === 'number' ? expires_in * 1_000 : Infinity };
}

/** Whether these credentials may ask for what is there. @throws {Refused} {Unreachable} where nobody can tell */
export async function opens(url: string, token: string): Promise<boolean> {
  const answer = await sent(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.ok) return true;
  if (answer.status === 401 || answer.status === 403) return false;
  throw refusalOf(answer);
}

/** The shopper that these credentials speak for. @throws {Refused} where they are no shopper's */
export async function shopperOf(token: string): Promise<string> {
  const answer = await sent('/v2/me', { headers: { authorization: `Bearer ${token}` } });
  const { userId } = answer.ok ? await fieldsOf(answer) : {};
  if (typeof userId === 'string') return userId;
  if (answer.ok || answer.status === 401 || answer.status === 403)
    throw new Refused(answer.status, 'NO_SHOPPER', 'This key or token is not one of a shopper, or not any more');
  throw refusalOf(answer);
}

const refusalOf = ({ status }: Response): Refused =>
  new Refused(status, 'SIGN_IN_UNKNOWN', `The server answers ${status}, and does not say whether this opens it`);

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

/** JSON Web Tokens (RFC 7519): who signed them, for whom, until when, and whom they make of their bearer. */
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Millis } from '../../../stream/time.ts';
import { isTenant } from '../../domain/tenant.ts';
import { id } from '../wire.ts';
import type { Algorithm } from './algorithms.ts';
import { type Caller, CredentialsInvalid, type Role } from './caller.ts';

export interface TokenRules {
  readonly issuer: string;
  /** Whom tokens are for: us. */
  readonly audience: string;
  readonly algorithms: readonly Algorithm[];
  /** How far the issuer's clock may be from ours. */
  readonly clockSkew_s: number;
  readonly claims: { readonly user: string; readonly role: string; readonly tenant?: string | undefined };
  /** What the role claim says of each role; who has none of them is a shopper. */
  readonly roles: { readonly [R in Exclude<Role, 'shopper'>]: string };
}

export interface TokenParts {
  readonly rules: TokenRules;
  readonly keys: { readonly version: number; readonly find: JWTVerifyGetKey };
  readonly clock: { now(): Millis };
}

/** Characters of a token at most. */
const longest = 8_192;
/** Verified tokens that are remembered, so that not every request costs a signature. */
const mostRemembered = 10_000;

interface Remembered {
  readonly caller: Caller;
  readonly from_s: number;
  readonly until_s: number;
  readonly version: number;
}

export class Tokens {
  readonly #parts: TokenParts;
  readonly #remembered = new Map<string, Remembered>();

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  /** @throws {CredentialsInvalid}; {Unavailable} where the issuer's keys cannot be had */
  async callerOf(token: string): Promise<Caller> {
    const { keys } = this.#parts;
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#remembered.get(digest);
    if (known !== undefined && known.version === keys.version && this.#isTime(known)) return known.caller;
    this.#remembered.delete(digest);
    const payload = await this.#verified(token);
    const caller = callerFrom(payload, this.#parts.rules);
    const { exp: until_s = -Infinity, nbf: from_s = -Infinity } = payload;
    if (this.#remembered.size >= mostRemembered) this.#forgetOldest();
    this.#remembered.set(digest, { caller, from_s, until_s, version: keys.version });
    return caller;
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { rules, keys, clock } = this.#parts;
    try {
      this.#refuseAtSight(token);
      const { payload } = await jwtVerify(token, keys.find, {
        issuer: rules.issuer,
        audience: rules.audience,
        algorithms: [...rules.algorithms],
        clockTolerance: rules.clockSkew_s,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'iss', 'aud'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) throw new CredentialsInvalid(error);
      throw error;
    }
  }

  /** What cannot be good asks the issuer for no key. */
  #refuseAtSight(token: string): void {
    const { issuer, algorithms: allowed } = this.#parts.rules;
    if (token.length > longest) throw new CredentialsInvalid();
    const { alg } = decodeProtectedHeader(token);
    if (!allowed.some(algorithm => algorithm === alg)) throw new CredentialsInvalid();
    if (decodeJwt(token).iss !== issuer) throw new CredentialsInvalid();
  }

  #isTime({ from_s, until_s }: Remembered): boolean {
    const [now_s, skew_s] = [Math.floor(this.#parts.clock.now() / 1_000), this.#parts.rules.clockSkew_s];
    return from_s <= now_s + skew_s && until_s > now_s - skew_s;
  }

  #forgetOldest(): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** Admins are those of the whole: the directory of one tenant can make nobody one. */
function callerFrom(payload: JWTPayload, { claims, roles }: TokenRules): Caller {
  const tenant = claims.tenant === undefined ? '' : (payload[claims.tenant] ?? '');
  if (typeof tenant !== 'string' || !isTenant(tenant)) throw new CredentialsInvalid();
  const given = namesIn(payload[claims.role]);
  const role = (['admin', 'monitor', 'service'] as const).find(name => given.includes(roles[name])) ?? 'shopper';
  const isOfAll = role === 'admin' || role === 'monitor';
  if (isOfAll ? tenant !== '' : claims.tenant !== undefined && tenant === '') throw new CredentialsInvalid();
  if (role !== 'shopper') return { role, tenant };
  const user = id.safeParse(payload[claims.user]);
  if (!user.success) throw new CredentialsInvalid();
  return { role, tenant, userId: user.data };
}

/** A list, or a text of words as OAuth writes scopes. */
function namesIn(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : [];
}

/** The public keys of a token issuer, fetched from it and kept: an issuer that is down locks nobody out for a day. */
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { MillraceError, Unavailable } from '../../../errors.ts';
import { isOfThisMachine, isSafeUrl } from './loopback.ts';
import { hours, minutes, type Millis, seconds } from '../../../stream/time.ts';

/** After so long the keys are asked for anew, beside the requests; until then a key that was withdrawn still counts. */
const fresh_ms = minutes(10);
/** A key that nobody knows makes us ask at most this often. */
const cooldown_ms = seconds(30);
/** So long the last keys count where the issuer does not answer. */
const stale_ms = hours(24);
const timeout_ms = seconds(5);
const mostBytes = 256 * 1_024;
const mostKeys = 100;

export type Fetch = (
  url: string,
  init: { readonly signal: AbortSignal; readonly redirect: 'error' },
) => Promise<Response>;

export interface IssuerOptions {
  /** Its identifier, as tokens name it; where it describes itself stands below it. */
  readonly issuer: string;
  /** Where its keys are; where absent its description says so. */
  readonly jwks?: string | undefined;
  readonly clock: { now(): Millis };
  readonly fetch?: Fetch;
  /** Told of a look at the issuer that failed. */
  readonly report: (error: unknown) => void;
}

/** The issuer answered with something that is no set of public keys. */
export class IssuerUnusable extends MillraceError {
  readonly code = 'ISSUER_UNUSABLE';
}

const description = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.looseObject({
  keys: z.array(z.looseObject({ kty: z.string() })).max(mostKeys),
});
/** A shared secret has no place in a set that everybody may read. */
const publicTypes = new Set(['RSA', 'EC', 'OKP', 'AKP']);

export class IssuerKeys {
  readonly #options: IssuerOptions;
  readonly #fetch: Fetch;
  #keys: JWTVerifyGetKey | undefined;
  #fetchedAt: Millis = -Infinity;
  #triedAt: Millis = -Infinity;
  #fetching: Promise<void> | undefined;
  #version = 0;

  constructor(options: IssuerOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** Grows whenever keys come or go: what was verified by others has to be verified again. */
  get version(): number {
    return this.#version;
  }

  /** The key that a token's header names. @throws {Unavailable} where there are no keys to look among */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const age = this.#options.clock.now() - this.#fetchedAt;
    if (age > stale_ms) await this.#refresh();
    else if (age > fresh_ms) void this.#refresh();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh(); // the issuer may have changed its keys
      return this.#known()(header, token);
    }
  };

  #known(): JWTVerifyGetKey {
    const isUsable = this.#options.clock.now() - this.#fetchedAt <= stale_ms;
    if (this.#keys !== undefined && isUsable) return this.#keys;
    throw new Unavailable(`The keys of ${this.#options.issuer} cannot be had`, 'Look whether the issuer answers');
  }

  /** Asks the issuer, unless it was asked just now; requests at the same time share one look. Never rejects. */
  async #refresh(): Promise<void> {
    if (this.#fetching === undefined && this.#options.clock.now() - this.#triedAt < cooldown_ms) return;
    this.#fetching ??= this.#look().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #look(): Promise<void> {
    this.#triedAt = this.#options.clock.now();
    try {
      const { keys } = keySet.parse(await this.#json(this.#options.jwks ?? (await this.#discovered())));
      this.#keys = createLocalJWKSet({ keys: keys.filter(({ kty }) => publicTypes.has(kty)) });
      this.#fetchedAt = this.#options.clock.now();
      this.#version++;
    } catch (error) {
      this.#options.report(error);
    }
  }

  /** OpenID Connect Discovery 1.0, section 4: the description names the issuer by which it was found. */
  async #discovered(): Promise<string> {
    const { issuer } = this.#options;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const told = description.parse(await this.#json(url));
    if (told.issuer !== issuer)
      throw new IssuerUnusable(`${url} describes another issuer`, 'Set auth.issuer to what tokens name as `iss`');
    if (!isSafeUrl(told.jwks_uri))
      throw new IssuerUnusable(`${url} names keys without TLS`, 'Set auth.jwks to where they are under https');
    // What another machine says may not send us to this one, where much is answered that nobody else may ask.
    if (isOfThisMachine(told.jwks_uri) && !isOfThisMachine(issuer))
      throw new IssuerUnusable(`${url} names keys on this machine`, 'Set auth.jwks to where they are');
    return told.jwks_uri;
  }

  async #json(url: string): Promise<unknown> {
    const response = await this.#fetch(url, { signal: AbortSignal.timeout(timeout_ms), redirect: 'error' });
    const text = await bounded(response);
    if (response.ok) return JSON.parse(text);
    throw new IssuerUnusable(`${url} answered ${response.status}`, 'Look whether it is the right address');
  }
}

async function bounded({ body, url }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    if (!(part instanceof Uint8Array)) throw new TypeError('A body is made of bytes');
    size += part.length;
    if (size > mostBytes)
      throw new IssuerUnusable(`${url} answers more than ${mostBytes} bytes`, 'Look whether it is the right address');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

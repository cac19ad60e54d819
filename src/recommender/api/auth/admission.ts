/** Lets requests in: who asks, and whether they ask too often. Both are known before a body is read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Millis } from '../../../stream/time.ts';
import { type Caller, CredentialsInvalid, type Role } from './caller.ts';
import type { Gate, Identified } from './gate.ts';
import { networkOf } from './network.ts';
import { RateLimited } from './rate-limited.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';
import { defaultTenants, TenantAdmission, TenantCounts, type TenantRules } from './tenants.ts';

/** By role, for each key or token subject; `anonymous` for each address, of IPv6 each network (/64), that shows none, or none that count.. */
export type Rates = { readonly [R in Role | 'anonymous']: Rate };

export interface Arriving {
  readonly headers: IncomingHttpHeaders;
  /** Where it comes from: of the nearest machine that no proxy of ours is. */
  readonly address: string;
  readonly url: string;
}

export interface AdmissionOptions {
  readonly gate: Gate;
  /** Absent where nobody is counted. */
  readonly rates?: Rates | undefined;
  /** How many tenants, and how often each; by default 200, as often as their callers may. */
  readonly tenants?: TenantRules | undefined;
  /** Told of each request of a tenant. */
  readonly tenantCounts?: TenantCounts | undefined;
  readonly clock: { now(): Millis };
}

export class Admission {
  readonly #gate: Gate;
  readonly #rates: Rates | undefined;
  readonly #limiter: RateLimiter;
  readonly #tenants: TenantAdmission;

  constructor({ gate, rates, tenants = defaultTenants, tenantCounts = new TenantCounts(), clock }: AdmissionOptions) {
    this.#gate = gate;
    this.#rates = rates;
    this.#limiter = new RateLimiter(clock);
    this.#tenants = new TenantAdmission(tenants, this.#limiter, tenantCounts);
  }

  /** Undefined where nobody says who they are. @throws {CredentialsInvalid} {RateLimited} {TenantNotAllowed} {TooManyTenants} {Unavailable} */
  async of(arriving: Arriving): Promise<Caller | undefined> {
    const identified = await this.#identified(arriving);
    if (identified !== undefined) {
      // First by who asks: what one of a tenant asks too often takes nothing of what the others may.
      this.#count(identified.credential, identified.caller.role);
      this.#tenants.admit(identified.caller.tenant);
    } else if (!isProbe(arriving)) this.#count(`address ${networkOf(arriving.address)}`, 'anonymous');
    return identified?.caller;
  }

  /** Who guesses is counted as somebody of that address. */
  async #identified({ headers, address }: Pick<Arriving, 'headers' | 'address'>): Promise<Identified | undefined> {
    try {
      return await this.#gate.identify(headers);
    } catch (error) {
      if (error instanceof CredentialsInvalid) this.#count(`address ${networkOf(address)}`, 'anonymous');
      throw error;
    }
  }

  #count(who: string, as: Role | 'anonymous'): void {
    const rate = this.#rates?.[as];
    const wait_ms = rate === undefined ? 0 : this.#limiter.take(who, rate);
    if (wait_ms > 0) throw new RateLimited(wait_ms);
  }
}

/** Who looks after the process asks from the address of the others, and must never be told to wait. */
const isProbe = ({ url }: Pick<Arriving, 'url'>): boolean => /^\/healthz\/\w+(?:\?|$)/.test(url);

/** Lets requests in: who asks, and whether they ask too often. Both are known before a body is read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Millis } from '../../../stream/time.ts';
import { RequestRefused } from '../errors.ts';
import { type Caller, CredentialsInvalid, type Role } from './caller.ts';
import type { Gate, Identified } from './gate.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';

/** By role, for each key or token subject; `anonymous` for each address that shows none, or none that counts. */
export type Rates = { readonly [R in Role | 'anonymous']: Rate };

/** Somebody asks more often than they may. */
export class RateLimited extends RequestRefused {
  readonly code = 'RATE_LIMITED';
  readonly status = 429;
  /** When to ask again, in whole seconds from now. */
  readonly retryAfter_s: number;
  constructor(wait_ms: Millis) {
    const retryAfter_s = Math.max(1, Math.ceil(wait_ms / 1_000));
    super('That is more often than you may ask', `Ask again in ${retryAfter_s} s`);
    this.retryAfter_s = retryAfter_s;
  }
}

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
  readonly clock: { now(): Millis };
}

export class Admission {
  readonly #gate: Gate;
  readonly #rates: Rates | undefined;
  readonly #limiter: RateLimiter;

  constructor({ gate, rates, clock }: AdmissionOptions) {
    this.#gate = gate;
    this.#rates = rates;
    this.#limiter = new RateLimiter(clock);
  }

  /** Undefined where nobody says who they are. @throws {CredentialsInvalid} {RateLimited} {Unavailable} */
  async of(arriving: Arriving): Promise<Caller | undefined> {
    const identified = await this.#identified(arriving);
    if (identified !== undefined) this.#count(identified.credential, identified.caller.role);
    else if (!isProbe(arriving)) this.#count(`address ${arriving.address}`, 'anonymous');
    return identified?.caller;
  }

  /** Who guesses is counted as somebody of that address. */
  async #identified({ headers, address }: Pick<Arriving, 'headers' | 'address'>): Promise<Identified | undefined> {
    try {
      return await this.#gate.identify(headers);
    } catch (error) {
      if (error instanceof CredentialsInvalid) this.#count(`address ${address}`, 'anonymous');
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

/** The tenants that one server answers: how many they may be, how often all callers of one may ask together, and how often they did. */
import { type AllowedTenants, isAllowed } from '../../domain/allowed-tenants.ts';
import { RequestRefused } from '../errors.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';
import { RateLimited } from './rate-limited.ts';

export interface TenantRules {
  /** Tenants that a server holds catalogue and vectors of at a time, besides what is of none. */
  readonly most: number;
  /** Those that there are; absent where nobody has said which. */
  readonly allowed?: AllowedTenants | undefined;
  /** Of all callers of a tenant together; absent where nobody counts them. */
  readonly rate?: Rate | undefined;
}

export const defaultTenants: TenantRules = { most: 200 };

/** More tenants ask than one server may hold: what it holds of one costs memory. */
export class TooManyTenants extends RequestRefused {
  readonly code = 'TOO_MANY_TENANTS';
  readonly status = 403;
  constructor(most: number) {
    super(`This server answers ${most} tenants, and the caller is of another`, 'Ask a server that has room for it');
  }
}

/** The caller is of a tenant that is none of the deployment's. */
export class TenantNotAllowed extends RequestRefused {
  readonly code = 'TENANT_NOT_ALLOWED';
  readonly status = 403;
  constructor() {
    super('The caller is of a tenant that is none of this deployment', 'Have it named in tenants.allowed');
  }
}

/** Tenants that are counted by their names, those that asked first; all further ones are counted together. */
export const mostLabelled = 50;
/** No tenant has such a name. */
const others = '_other';

export const outcomes = ['admitted', 'limited', 'refused'] as const;
type Outcome = (typeof outcomes)[number];

/** Requests with credentials of tenants. */
export class TenantCounts {
  readonly #counts = new Map<string, { [O in Outcome]: number }>();

  add(tenant: string, outcome: Outcome): void {
    const label = this.#counts.has(tenant) || this.#counts.size < mostLabelled ? tenant : others;
    const counts = this.#counts.get(label) ?? { admitted: 0, limited: 0, refused: 0 };
    counts[outcome]++;
    this.#counts.set(label, counts);
  }

  get all(): Iterable<readonly [tenant: string, counts: { readonly [O in Outcome]: number }]> {
    return this.#counts;
  }
}

export class TenantAdmission {
  readonly #rules: TenantRules;
  readonly #limiter: RateLimiter;
  readonly #counts: TenantCounts;
  readonly #admitted = new Set<string>();

  constructor(rules: TenantRules, limiter: RateLimiter, counts: TenantCounts) {
    this.#rules = rules;
    this.#limiter = limiter;
    this.#counts = counts;
  }

  /** Lets a request of the tenant in. @throws {TenantNotAllowed} {TooManyTenants} {RateLimited} */
  admit(tenant: string): void {
    if (tenant === '') return;
    const { most, rate, allowed } = this.#rules;
    if (!isAllowed(allowed, tenant)) {
      // Whoever issues tokens may name any number of them: none takes a label.
      this.#counts.add(others, 'refused');
      throw new TenantNotAllowed();
    }
    if (!this.#admitted.has(tenant) && this.#admitted.size >= most) {
      this.#counts.add(tenant, 'refused');
      throw new TooManyTenants(most);
    }
    this.#admitted.add(tenant);
    const wait_ms = rate === undefined ? 0 : this.#limiter.take(`tenant ${tenant}`, rate);
    this.#counts.add(tenant, wait_ms > 0 ? 'limited' : 'admitted');
    if (wait_ms > 0) throw new RateLimited(wait_ms);
  }
}

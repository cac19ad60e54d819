/** Who may ask this process, by its settings. */
import type { AdmissionOptions } from '../recommender/api/auth/admission.ts';
import { CredentialsGate } from '../recommender/api/auth/gate.ts';
import { IssuerKeys } from '../recommender/api/auth/issuer-keys.ts';
import { KeyFolder } from '../recommender/api/auth/key-folder.ts';
import { Tokens } from '../recommender/api/auth/tokens.ts';
import { allowedTenants } from '../recommender/domain/allowed-tenants.ts';
import type { Millis } from '../stream/time.ts';
import type { Config } from './config.ts';

export interface AccessParts {
  readonly clock: { now(): Millis };
  /** Told of keys and issuers that cannot be read; nothing that it is told holds a secret. */
  readonly report: (error: unknown) => void;
}

export type Access = Pick<AdmissionOptions, 'gate' | 'rates' | 'tenants'>;

/** Undefined where no credentials are configured. @throws {KeysUnreadable} where there is no such folder */
export async function accessOf(
  { auth, tenants }: Pick<Config, 'auth' | 'tenants'>,
  parts: AccessParts,
): Promise<Access | undefined> {
  const keys = auth.keys === undefined ? undefined : new KeyFolder(auth.keys, parts.report);
  await keys?.refresh();
  const tokens = tokensOf(auth, parts);
  if (keys === undefined && tokens === undefined) return undefined;
  const gate = new CredentialsGate({ keys, tokens, ...parts });
  const { tenant, burst_s } = auth.rates;
  const rate = tenant === undefined ? undefined : rateOf(tenant, burst_s);
  return {
    gate,
    rates: ratesOf(auth.rates),
    tenants: { most: auth.mostTenants, rate, allowed: allowedTenants(tenants.allowed) },
  };
}

function tokensOf({ issuer, audience, jwks, ...rules }: Config['auth'], { clock, report }: AccessParts) {
  if (issuer === undefined || audience === undefined) return undefined;
  const keys = new IssuerKeys({ issuer, jwks, clock, report });
  return new Tokens({ rules: { issuer, audience, ...rules }, keys, clock });
}

function ratesOf({ shopper, service, anonymous, burst_s }: Config['auth']['rates']) {
  const of = (perSecond: number) => rateOf(perSecond, burst_s);
  const served = of(service);
  return { shopper: of(shopper), service: served, monitor: served, admin: served, anonymous: of(anonymous) };
}

const rateOf = (perSecond: number, burst_s: number) => ({
  perSecond,
  burst: Math.max(1, Math.floor(perSecond * burst_s)),
});

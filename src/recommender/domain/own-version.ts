/** What a model version is to one tenant: counted by its own events, so that it tells nothing of how busy others are. */
import type { ModelVersion } from '../../../schemas/types.ts';
import type { Model } from '../../als/index.ts';
import type { ToldTenant } from './totals.ts';

export type TenantsOf = Pick<ModelVersion, 'generation' | 'number' | 'tenants'>;

export interface OwnVersion {
  readonly generation: number;
  readonly number: number;
  /** Event time of the newest event learnt. */
  readonly time: number;
}

/** Of a version that names no tenants all is everybody's: there is one shop, or it is of an earlier release. */
export function ownVersion(version: TenantsOf & Pick<ModelVersion, 'time'>, tenant: string): OwnVersion {
  const { generation, number, time, tenants } = version;
  if (tenants.length === 0) return { generation, number, time };
  const own = tenants.find(one => one.tenant === tenant);
  return { generation, number: own?.number ?? 0, time: own?.time ?? 0 };
}

/** The same for many: looked up, not searched. */
export function ownNumbers({ number, tenants }: Omit<TenantsOf, 'generation'>): (tenant: string) => number {
  if (tenants.length === 0) return () => number;
  const numbers = new Map(tenants.map(own => [own.tenant, own.number]));
  return tenant => numbers.get(tenant) ?? 0;
}

/** As a version names them: none where nothing is known of any but ''. */
export function tenantsOf(model: Model, told: Readonly<Record<string, ToldTenant>> = {}): ModelVersion['tenants'] {
  const { parts } = model;
  if (parts.length === 1) return [];
  return parts.map(tenant => ({ tenant, meanStars: model.meanOf(tenant), ...(told[tenant] ?? untold) }));
}

const untold: ToldTenant = { number: 0, time: 0 };

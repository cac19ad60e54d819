import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { mostLabelled, TenantCounts } from '../../../src/recommender/api/auth/tenants.ts';
import { allowedTenants } from '../../../src/recommender/domain/allowed-tenants.ts';
import { registerTenantMetrics } from '../../../src/recommender/api/tenant-metrics.ts';
import { shop } from './shop.ts';
import { tenantGate as gate } from './tenant-gate.ts';

const plenty = { perSecond: 1e6, burst: 1e6 };
const rates = { shopper: plenty, service: plenty, monitor: plenty, admin: plenty, anonymous: plenty };

type Access = Omit<NonNullable<NonNullable<Parameters<typeof shop>[0]>['access']>, 'gate'>;

async function tenantShop(access: Access) {
  const opened = await shop({ access: { gate, rates, ...access } });
  const ask = async (authorization: string) => {
    const answer = await opened.server.app.inject({ url: '/v2/popular', headers: { authorization } });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.json<{ code?: string; detail?: string }>(),
    };
  };
  return { ...opened, ask };
}

test('a server answers so many tenants, and callers of others are refused with what to do', async () => {
  const counts = new TenantCounts();
  const { ask, reported } = await tenantShop({ tenants: { most: 2 }, tenantCounts: counts });
  for (const who of ['north|service', 'south|service', 'north|shopper|ann', '|service', '|admin'])
    expect([who, (await ask(who)).status]).toEqual([who, 200]);
  const refused = await ask('west|service');
  expect([refused.status, refused.body.code]).toEqual([403, 'TOO_MANY_TENANTS']);
  expect(refused.body.detail).toContain('Ask a server that has room for it');
  // Those that were there before go on.
  expect((await ask('south|shopper|bob')).status).toBe(200);
  expect(Object.fromEntries(counts.all)).toEqual({
    north: { admitted: 2, limited: 0, refused: 0 },
    south: { admitted: 2, limited: 0, refused: 0 },
    west: { admitted: 0, limited: 0, refused: 1 },
  });
  expect(reported).toEqual([]);
});

test('where the tenants are named, a caller of another is refused with what to do, and takes neither room nor label', async () => {
  const counts = new TenantCounts();
  const tenants = { most: 2, allowed: allowedTenants(['north', 'south']) };
  const { ask, reported } = await tenantShop({ tenants, tenantCounts: counts });
  for (let n = 0; n < 5; n++) {
    const refused = await ask(`forged-${n}|service`);
    expect([refused.status, refused.body.code]).toEqual([403, 'TENANT_NOT_ALLOWED']);
    expect(refused.body.detail).toContain('Have it named in tenants.allowed');
  }
  for (const who of ['north|service', 'south|shopper|ann', '|service', '|admin'])
    expect([who, (await ask(who)).status]).toEqual([who, 200]);
  expect(Object.fromEntries(counts.all)).toEqual({
    _other: { admitted: 0, limited: 0, refused: 5 },
    north: { admitted: 1, limited: 0, refused: 0 },
    south: { admitted: 1, limited: 0, refused: 0 },
  });
  expect(reported).toEqual([]);
});

test('all callers of a tenant together have a rate, which takes nothing from another tenant', async () => {
  const counts = new TenantCounts();
  const rate = { perSecond: 1, burst: 3 };
  const { ask } = await tenantShop({ tenants: { most: 9, rate }, tenantCounts: counts });
  const asked = ['north|shopper|a', 'north|shopper|b', 'north|service', 'north|shopper|c'];
  const statuses: number[] = [];
  for (const who of asked) statuses.push((await ask(who)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await ask('north|service')).headers['retry-after']).toBe('1');
  for (const who of ['south|service', '|service', '|admin']) expect((await ask(who)).status).toBe(200);
  expect(new Map(counts.all).get('north')).toEqual({ admitted: 3, limited: 2, refused: 0 });
});

test('a caller whose own rate is over takes nothing of the rate of its tenant', async () => {
  const shopper = { perSecond: 1, burst: 1 };
  const tenant = { perSecond: 1, burst: 2 };
  const { ask } = await tenantShop({ rates: { ...rates, shopper }, tenants: { most: 9, rate: tenant } });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) statuses.push((await ask('north|shopper|loud')).status);
  expect(statuses).toEqual([200, 429, 429, 429, 429]);
  expect((await ask('north|shopper|quiet')).status).toBe(200);
});

test('metrics name the tenants that asked first, and all further ones together', async () => {
  const [counts, registry] = [new TenantCounts(), new Registry()];
  registerTenantMetrics(registry, counts);
  for (let n = 0; n < mostLabelled + 20; n++) counts.add(`t${n}`, 'admitted');
  counts.add('t0', 'limited');
  const text = await registry.metrics();
  expect(text).toContain('millrace_tenant_requests_total{tenant="t0",outcome="limited"} 1');
  expect(text).toContain('millrace_tenant_requests_total{tenant="_other",outcome="admitted"} 20');
  expect(text).not.toContain(`tenant="t${mostLabelled}"`);
});

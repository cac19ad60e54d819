/** How often the callers of each tenant asked, for Prometheus. */
import { Counter, type Registry } from 'prom-client';
import { outcomes, type TenantCounts } from './auth/tenants.ts';

/** Registers the counts, which are read whenever the metrics are. */
export function registerTenantMetrics(registry: Registry, counts: TenantCounts): void {
  const counter: Counter<'tenant' | 'outcome'> = new Counter({
    name: 'millrace_tenant_requests_total',
    help: "Requests with credentials of a tenant: admitted, limited by the tenant's rate, or refused where there are too many tenants; '_other' are those of tenants beyond the first 50",
    labelNames: ['tenant', 'outcome'],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [tenant, counted] of counts.all)
        for (const outcome of outcomes) counter.inc({ tenant, outcome }, counted[outcome]);
    },
  });
}

// The reference page of the metrics, made from what registers them: node scripts/metrics.ts generate|check
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { SearchCounts } from '../src/als/index.ts';
import { registerEngineMetrics } from '../src/cli/serving.ts';
import { TenantCounts } from '../src/recommender/api/auth/tenants.ts';
import { silent } from '../src/operations/logging/logger.ts';
import { toldMetrics } from '../src/operations/told-metrics.ts';
import { registerModelMetrics } from '../src/recommender/api/model-metrics.ts';
import { registerSearchMetrics } from '../src/recommender/api/search-metrics.ts';
import { registerTenantMetrics } from '../src/recommender/api/tenant-metrics.ts';
import { registerOrderLags } from '../src/recommender/orders/metrics.ts';
import { laidOut, runMadeFiles } from './made-files.ts';
import { root } from './results.ts';

const path = join(root, 'docs/METRICS.md');

const Metric = z.object({ name: z.string(), help: z.string(), type: z.string() });
/** What a metric keeps to itself of its labels; the library tells them nowhere else before there is a value. */
const Labelled = z.object({ labelNames: z.array(z.string()).default([]) });

const registry = new Registry();
registerEngineMetrics(registry, { ports: {}, thread: undefined, lags: undefined, view: undefined, folders: [] });
registerOrderLags(registry, async () => []);
registerTenantMetrics(registry, new TenantCounts());
registerSearchMetrics(registry, new SearchCounts());
registerModelMetrics(registry, async () => undefined);
toldMetrics(registry, silent);

const rows = (await registry.getMetricsAsJSON())
  .map(metric => Metric.parse(metric))
  .filter(metric => metric.name.startsWith('millrace_'))
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, help, type }) => {
    const { labelNames } = Labelled.parse(registry.getSingleMetric(name));
    return `| \`${name}\` | ${type} | ${labelNames.map(label => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`;
  });

const page = `# Metrics

<!-- Made from what registers them by \`node scripts/metrics.ts generate\`: change it there. -->

What \`/metrics\` tells of \`start\`, \`serve\` and, where it listens (\`worker.port\`), \`run\`; \`run\` has neither tenants nor searches nor the model's quality, nor how far orders are behind. It takes the role \`monitor\` where credentials are configured. Names follow Prometheus: base units, \`_total\` counts from the start of the process. Beside them \`process_…\` and \`nodejs_…\` tell of the process: start, memory, processor time, event loop, garbage collection; which ones depends on the system. [Alerts and dashboards](OPERATIONS.md#alerts-and-dashboards) are made of them.

| metric | type | labels | means |
| ------ | ---- | ------ | ----- |
${rows.join('\n')}
`;
await runMadeFiles({
  script: 'scripts/metrics.ts',
  of: 'what is registered',
  files: [[path, await laidOut(path, page, 'markdown')]],
});

/** What `/metrics` answers: each metric by itself, since one that cannot be read is no reason to tell none of the others. */
import { Counter, type Registry } from 'prom-client';
import { events } from './logging/events.ts';
import type { Logger } from './logging/logger.ts';

/** To be answered from, instead of the registry. */
export interface ToldMetrics {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Leaves out a metric whose figures cannot be read, counts it, and says why. */
export function toldMetrics(registry: Registry, logger: Logger): ToldMetrics {
  const name = 'millrace_metrics_failures_total';
  const failures = new Counter({
    name,
    help: 'How often a metric could not be read, and was left out; the log says why',
    labelNames: ['metric'],
    registers: [registry],
  });
  const told = async (metric: string): Promise<readonly string[]> => {
    try {
      return [await registry.getSingleMetricAsString(metric)];
    } catch (error) {
      failures.inc({ metric });
      logger.log(events.metricFailed, { of: metric }, error);
      return [];
    }
  };
  return {
    contentType: registry.contentType,
    metrics: async () => {
      const others = registry.getMetricsAsArray().filter(metric => metric.name !== name);
      const texts = await Promise.all(others.map(metric => told(metric.name)));
      return `${[...texts.flat(), await registry.getSingleMetricAsString(name)].join('\n\n')}\n`;
    },
  };
}

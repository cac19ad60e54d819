/** How searches for the best of all items went, for Prometheus. */
import { Counter, type Registry } from 'prom-client';
import { type SearchCounts, ways } from '../../als/index.ts';

/** Registers the counts, which are read whenever the metrics are. */
export function registerSearchMetrics(registry: Registry, counts: SearchCounts): void {
  const counter: Counter<'way'> = new Counter({
    name: 'millrace_item_searches_total',
    help: 'Searches for the best of all items: by the readable sums of few items, by a scan, by a widened scan, or by the readable sums of all of many',
    labelNames: ['way'],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const way of ways) counter.inc({ way }, counts.of(way));
    },
  });
}

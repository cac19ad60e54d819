/** What Prometheus reads of orders. */
import { Counter, type Registry } from 'prom-client';
import { noneWhereAway, sharedWhileUnderWay } from '../../operations/metrics.ts';
import { registerReadGauge } from '../../operations/read-metrics.ts';
import type { ConnectorFigures } from './connector.ts';
import type { FeedLag } from './lag.ts';

const counted = [
  ['millrace_orders_total', 'Changed orders that this process has read', 'orders'],
  ['millrace_orders_events_total', 'Events that it appended for their lines', 'events'],
  ['millrace_orders_dead_letters_total', 'Orders that could not be told', 'letters'],
] as const;

/** Registers what this process has brought; `done` is null where it brings no orders. */
export function registerOrderCounts(registry: Registry, done: () => ConnectorFigures | null): void {
  for (const [name, help, of] of counted) {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        counter.reset();
        counter.inc(done()?.[of] ?? 0);
      },
    });
  }
}

const lagGauges: readonly (readonly [name: string, help: string, of: (lag: FeedLag) => number | undefined])[] = [
  [
    'millrace_orders_lag_seconds',
    'Since the oldest order changed that was not read yet; absent where it does not say',
    ({ behindMs }) => (behindMs === null ? undefined : behindMs / 1_000),
  ],
  [
    'millrace_orders_lag_documents',
    'Changed orders that were not read yet, counted up to a thousand',
    ({ behind }) => behind,
  ],
];

/**
 * Registers how far each range of the feed is behind; `lags` is asked once whenever the metrics are read. That documents
 * are away is told by whoever waits for them.
 */
export function registerOrderLags(registry: Registry, lags: () => Promise<readonly FeedLag[]>): void {
  const ask = sharedWhileUnderWay(() => lags().catch(noneWhereAway));
  for (const [name, help, of] of lagGauges)
    registerReadGauge(registry, {
      name,
      help,
      labelNames: ['range'],
      values: async () => (await ask()).map(lag => [{ range: lag.range }, of(lag)] as const),
    });
}

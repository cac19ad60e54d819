/** What Prometheus reads of orders. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { Unavailable } from '../../errors.ts';
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

/** Registers how far each range of the feed is behind; `lags` is asked once whenever the metrics are read. */
export function registerOrderLags(registry: Registry, lags: () => Promise<readonly FeedLag[]>): void {
  const registers = [registry];
  const labelNames = ['range'] as const;
  const age = new Gauge({
    name: 'millrace_orders_lag_seconds',
    help: 'Since the oldest order changed that was not read yet; absent where it does not say',
    labelNames,
    registers,
  });
  const behind: Gauge<'range'> = new Gauge({
    name: 'millrace_orders_lag_documents',
    help: 'Changed orders that were not read yet, counted up to a thousand',
    labelNames,
    registers,
    collect: async () => {
      const now = await lags().catch(noneWhereAway);
      behind.reset();
      age.reset();
      for (const lag of now) {
        behind.set({ range: lag.range }, lag.behind);
        if (lag.behindMs !== null) age.set({ range: lag.range }, lag.behindMs / 1_000);
      }
    },
  });
}

/** That documents are away is told by whoever waits for them. */
function noneWhereAway(error: unknown): readonly FeedLag[] {
  if (error instanceof Unavailable) return [];
  throw error;
}

/** Brings orders into the log, in the engine's thread: beside its tasks, or alone. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ratings } from '../../topologies/streams.ts';
import type { OnWait } from '../engine/retry.ts';
import { events } from '../operations/logging/events.ts';
import type { Logger } from '../operations/logging/logger.ts';
import { allowedTenants } from '../recommender/domain/allowed-tenants.ts';
import type { Tracing } from '../operations/tracing/tracing.ts';
import { OrdersConnector } from '../recommender/orders/connector.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import type { Ports } from './compose.ts';
import type { EngineThreadOptions } from './engine-messages.ts';

interface OrdersParts {
  readonly logger: Logger;
  readonly onWait: OnWait;
  /** Absent where nothing is told. */
  readonly tracing: Tracing | undefined;
}

/** Undefined where this process is not to bring any. Whoever reads what it writes finds the schemas in the registry. */
export async function ordersConnector(
  { documents, transport, clock, registry }: Pick<Ports, 'documents' | 'transport' | 'clock' | 'registry'>,
  { orders }: Pick<EngineThreadOptions, 'orders'>,
  { logger, onWait, tracing }: OrdersParts,
): Promise<OrdersConnector | undefined> {
  if (orders === undefined) return undefined;
  for (const { schema } of [ratings, deadLetters]) await registry.register(schema.definition);
  return new OrdersConnector({
    documents,
    transport,
    clock,
    owner: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    pollEvery: orders.pollEvery_ms,
    leaseFor: orders.leaseFor_ms,
    tenants: allowedTenants(orders.tenants),
    onWait,
    tracing,
    warn: reason => logger.log(events.orders, { reason }),
  });
}

/** Erases users, and tells of each place where something of them lay what stands there now: looked up, never assumed. */
import { exposures, ratings, ratingsByItem, recommendations, userVectors } from '../../../topologies/streams.ts';
import type { Documents } from '../../documents/port.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../../transport/record.ts';
import { isPending } from '../jobs/scrub/turn.ts';
import { requestRemoval } from '../orders/erasure-request.ts';
import { orderPartition } from '../orders/order.ts';
import { appendEvent, type EventPorts } from './append-event.ts';
import { stillHolding } from './erased-documents.ts';
import {
  endOf,
  isWaitingForOrders,
  type OrderChoice,
  orderCollections,
  type OrdersState,
  ordersStateOf,
  type ShopDocuments,
} from './erased-orders.ts';
import type { ErasureReceipts, Receipt } from './erasure-receipts.ts';
import type { Learnt } from './learnt.ts';
import type { Stored } from './stored.ts';

export interface ErasurePorts {
  readonly ratings: EventPorts;
  readonly learnt: Learnt;
  readonly stored: Pick<Stored, 'model'>;
  readonly documents: Pick<Documents, 'list'>;
  /** Those of all tenants, where a scrub says that it is under way. */
  readonly scrubs: Pick<Documents, 'get'>;
  /** Those of all tenants, where the orders are. */
  readonly shop: ShopDocuments;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly transport: Pick<Transport, 'topics' | 'bounds' | 'read' | 'committed'>;
  readonly receipts: ErasureReceipts;
}

/** `gone` was looked up and is not there; `waiting` is to go by itself; `kept` is not: the log goes with its retention, orders by who keeps them. */
export type ErasureState = 'gone' | 'waiting' | 'kept';

export interface Erasure {
  /** Of the receipt; opaque, and the only trace of whom it is about: whoever loses it cannot ask again. */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
  readonly requestedAt: string;
  /** Vector and history in the model. */
  readonly model: { readonly state: ErasureState; readonly modelVersion: string | null };
  /** The vectors of all others have learnt from the user: a generation that never has takes their place. */
  readonly generation: { readonly state: ErasureState };
  /** Collections that hold something of the user, and that the topologies write; what was written since is of somebody new. */
  readonly documents: { readonly state: ErasureState; readonly collections: readonly string[] };
  /** The shop's own records, and what was told of them: an erasure leaves them unless it is asked to remove them. */
  readonly orders: { readonly state: OrdersState; readonly collections: readonly string[] };
  /** Records in topics; `until` is null where they were redacted, or a topic keeps records without limit of time. */
  readonly log: { readonly state: ErasureState; readonly until: string | null };
  /** What files hold beside what can be read in them; see `jobs/scrub`. */
  readonly bytes: { readonly state: ErasureState; readonly places: readonly BytesPlace[] };
}

/** Records of the log; snapshots, journals and files of generations; free pages and rows of what was removed. */
export type BytesPlace = 'log' | 'snapshots' | 'files';

/** Whose records name a user in key or value. */
const topics: ReadonlySet<string> = new Set(
  [ratings, ratingsByItem, userVectors, recommendations, exposures].map(({ name }) => name).concat('dead-letters'),
);

/**
 * Durable when it resolves. What was done with the user's things before is learnt no more; who comes back is somebody new.
 * Orders that there are by then are removed where that is asked for, by the connector in its turn; whoever dies before
 * this has resolved, and asks again, has them removed all the same.
 */
export async function requestErasure(
  { ratings: events, shop }: Pick<ErasurePorts, 'ratings' | 'shop'>,
  userId: string,
  orders: OrderChoice,
): Promise<Receipt> {
  const at = events.clock.now();
  const { tenant } = events;
  const { partition, offset } = await appendEvent(events, { kind: 'erase', userId, time: at });
  const receipt = { tenant, userId, partition, offset, at };
  if (orders === 'keep') return receipt;
  await requestRemoval(shop, orderPartition(tenant, userId), { partition, offset, at });
  return { ...receipt, orders };
}

/** Requests an erasure, and answers how it stands after waiting so long at most until the model has learnt it. */
export async function eraseUser(
  ports: ErasurePorts,
  userId: string,
  { orders, wait_ms }: { readonly orders: OrderChoice; readonly wait_ms: Millis },
): Promise<Erasure> {
  return standOf(ports, await requestErasure(ports, userId, orders), wait_ms);
}

/** How often it is looked whether documents have gone, too. */
const lookEvery_ms = 250;

/** How an erasure stands once nothing of model, documents and orders waits, or so many milliseconds are over. */
export async function erasedWithin(
  ports: ErasurePorts,
  receipt: Receipt,
  { wait_ms, signal }: { readonly wait_ms: Millis; readonly signal: AbortSignal },
): Promise<Erasure> {
  const { clock } = ports;
  const until = clock.now() + wait_ms;
  for (;;) {
    const erasure = await standOf(ports, receipt, 0);
    const { model, documents, orders } = erasure;
    const isOver = model.state === 'gone' && documents.state === 'gone' && orders.state !== 'waiting';
    if (isOver || signal.aborted || clock.now() >= until) return erasure;
    await clock.sleep(Math.min(lookEvery_ms, until - clock.now()), signal);
  }
}

/** How an erasure stands, after waiting so long at most until the model has learnt it. */
export async function standOf(ports: ErasurePorts, receipt: Receipt, wait_ms: Millis): Promise<Erasure> {
  const { userId, partition, offset, at } = receipt;
  const until = ports.clock.now() + wait_ms;
  const isWaiting = await isWaitingForOrders(ports.shop, ports.clock, receipt, wait_ms);
  const place = { partition, offset: await endOf(ports.shop, receipt) };
  // While orders are to be removed, the erasure that ends it is not even in the log.
  const version = isWaiting ? undefined : await ports.learnt.wait(place, Math.max(0, until - ports.clock.now()));
  // Its document is written before the version is told, so it is of that version or a later one.
  const isOwed = version === undefined || (await ports.stored.model())?.owesErasure !== false;
  const left = await stillHolding(ports, userId, version && place);
  const orders = await holding(ports.documents, orderCollections, userId);
  const bytes = await bytesOf(ports, receipt);
  return {
    id: ports.receipts.seal(receipt),
    topic: ratings.name,
    partition,
    offset,
    requestedAt: new Date(at).toISOString(),
    model: {
      state: version === undefined ? 'waiting' : 'gone',
      modelVersion: version === undefined ? null : `${version.generation}.${version.number}`,
    },
    generation: { state: isOwed ? 'waiting' : 'gone' },
    documents: { state: left.length === 0 ? 'gone' : 'waiting', collections: left },
    orders: { state: ordersStateOf(receipt, isWaiting, orders), collections: orders },
    log: bytes.places.includes('log') ? await logOf(ports, at) : { state: 'gone', until: null },
    bytes,
  };
}

/** The erasure itself is redacted last of all that tells of the user: where it is, all else was before. */
async function bytesOf({ transport, scrubs }: ErasurePorts, { partition, offset }: Receipt): Promise<Erasure['bytes']> {
  const at = { topic: ratings.name, partition };
  const { start } = await transport.bounds(at);
  const batches =
    start > offset ? [] : await transport.read({ ...at, from: offset, to: offset + 1, maxRecords: 1, maxBytes: 1 });
  if (!batches.some(batch => isRedactedAt(batch, offset)))
    return { state: 'kept', places: ['log', 'snapshots', 'files'] };
  return (await isPending(scrubs)) ? { state: 'waiting', places: ['files'] } : { state: 'gone', places: [] };
}

function isRedactedAt(batch: RecordBatch, offset: Offset): boolean {
  const record = new BatchCursor(batch);
  while (record.next()) if (record.offset === offset) return record.kind === Kind.redacted;
  return false;
}

/** Those of the collections that hold something of the user. */
async function holding(documents: ErasurePorts['documents'], among: readonly string[], userId: string) {
  const left: string[] = [];
  for (const collection of among) {
    const found = await documents.list({ collection, partition: userId, limit: 1 });
    if (found.length > 0) left.push(collection);
  }
  return left;
}

/** A record that was appended before the erasure is not older than it: retention counts from the erasure at the latest. */
async function logOf({ transport, ratings: { clock } }: ErasurePorts, at: Millis): Promise<Erasure['log']> {
  const until = await keptUntil(transport, at);
  if (until === null) return { state: 'kept', until };
  return { state: clock.now() > Date.parse(until) ? 'gone' : 'kept', until };
}

/** When retention has removed what was appended at a time to any topic that names users; null where one keeps it for ever. */
export async function keptUntil(transport: Pick<Transport, 'topics'>, at: Millis): Promise<string | null> {
  const ages = (await transport.topics())
    .filter(({ topic }) => topics.has(topic))
    .map(({ retentionMs }) => retentionMs);
  const until = at + ages.reduce<number>((most, age) => Math.max(most, age ?? Infinity), 0);
  return Number.isFinite(until) ? new Date(until).toISOString() : null;
}

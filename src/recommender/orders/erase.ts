/**
 * Removes the orders of somebody who was erased, with what was told of them, and says so in the log once more, behind
 * whatever was told of them before. What the user has ordered since the erasure is told anew behind that.
 */
import type { Rating } from '../../../schemas/types.ts';
import { ConditionFailed, type DocumentKey, type StoredDocument } from '../../documents/port.ts';
import { Unavailable } from '../../errors.ts';
import { plainOf, tenantOf } from '../domain/tenant.ts';
import { eventIdOf } from '../jobs/event-id.ts';
import { LeaseLost } from '../leases/lease.ts';
import { decideOrder } from './decide.ts';
import { allOf } from './elsewhere.ts';
import type { ErasurePlace, ErasureRequest } from './erasure-request.ts';
import { ordersCollection } from './order.ts';
import type { FeedRun } from './page.ts';
import { isRequest, orderMeant } from './requests.ts';
import { toldCollection, toldKey, toldOrder } from './told.ts';

/** What there is to be appended of it, in this order. */
export interface DecidedErasure {
  readonly place: ErasurePlace;
  readonly erasure: Rating;
  readonly retold: readonly Rating[];
}

/** May be done again at any time before its request is gone. @throws {LeaseLost} {Unavailable} for so long as a lease lasts */
export async function decideErasure(
  run: FeedRun,
  { partition: user, id }: Pick<DocumentKey, 'partition' | 'id'>,
  { partition, offset, at, orderIds }: ErasureRequest,
): Promise<DecidedErasure> {
  if (run.clock.now() < run.lease.quietFrom)
    throw new Unavailable(
      'Whoever had this range of the orders before may still be telling some of somebody who was erased',
      'Wait until its lease has ended',
    );
  const staying = await removeOrders(run, user, new Set(orderIds));
  const retold: Rating[] = [];
  for (const order of staying)
    if (await isUntold(run, order, at)) retold.push(...(await decideOrder(run, order)).events);
  return { place: { partition, offset }, erasure: erasureOf(user, eventIdOf('erase', id), at), retold };
}

/**
 * The time is that of the request: it goes for everything before it in the log, whenever that was, and for nothing behind
 * it that is later by its own time.
 */
const erasureOf = (user: string, eventId: string, time: number): Rating => ({
  eventId,
  tenant: tenantOf(user),
  userId: plainOf(user),
  sessionId: '',
  itemId: '',
  kind: 'erase',
  value: 0,
  time,
});

/** Answers the orders that stay. What was told of an order that the shop has removed by itself goes too. */
async function removeOrders(run: FeedRun, user: string, named: ReadonlySet<string>): Promise<StoredDocument[]> {
  const [gone, staying]: [StoredDocument[], StoredDocument[]] = [[], []];
  for await (const document of allOf(run.documents, ordersCollection, user)) {
    if (named.has(orderMeant(document)?.id ?? document.id)) gone.push(document);
    else if (!isRequest(document)) staying.push(document);
  }
  const stay = new Set(staying.map(({ id }) => id));
  for await (const told of allOf(run.documents, toldCollection, user)) if (!stay.has(told.id)) gone.push(told);
  await removeDocuments(run, gone);
  return staying;
}

/** Documents that are written at once. */
const atOnce = 100;

/** Under the fence of the lease: a later removal of a document of the same key has a greater one. */
export async function removeDocuments({ documents, lease }: FeedRun, keys: readonly DocumentKey[]): Promise<void> {
  const version = { lineage: 0, epoch: lease.fence, seq: lease.state.page };
  const removals = keys.map(({ collection, partition, id }) => {
    return { collection, partition, id, task: ordersCollection, version, body: null };
  });
  for (let from = 0; from < removals.length; from += atOnce) await documents.write(removals.slice(from, from + atOnce));
}

/** As if nothing had been told of it yet, but for its revision and time. False where nothing was. @throws {LeaseLost} */
async function isUntold({ documents, lease, leases }: FeedRun, order: StoredDocument, at: number): Promise<boolean> {
  for (;;) {
    const found = await documents.get(toldKey(order));
    if (found === undefined) return false;
    const told = toldOrder.parse(found.body);
    if (told.fence > lease.fence) throw new LeaseLost(lease.name, leases.owner);
    const { fence, state } = lease;
    const time = Math.max(told.time, at);
    try {
      const body = { ...told, fence, page: state.page, time, standing: [], events: [] };
      await documents.put(toldKey(order), body, { etag: found.etag });
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

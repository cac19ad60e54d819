/** What there is to tell of one order that has changed, written down under the fence of the feed's lease. */
import type { Rating } from '../../../schemas/types.ts';
import { ConditionFailed, type StoredDocument } from '../../documents/port.ts';
import { isAllowed } from '../domain/allowed-tenants.ts';
import { invalidRating } from '../domain/validate.ts';
import { LeaseLost } from '../leases/lease.ts';
import { elsewhereOf } from './elsewhere.ts';
import { type Order, orderIn } from './order.ts';
import type { FeedRun } from './page.ts';
import { type Revision, revise, withdrawnItems } from './revise.ts';
import { orderEventId, standingOf, type ToldEvent, toldKey, toldOrder, type ToldOrder } from './told.ts';

/** Of a name that somebody wrote into an order. */
const longestShown = 63;

export interface Decided {
  /** To be appended, those included that may have been appended already. */
  readonly events: readonly Rating[];
  /** Why the order as it is now cannot be told. */
  readonly refused?: string;
}

/** @throws {LeaseLost} */
export async function decideOrder(run: FeedRun, document: StoredDocument): Promise<Decided> {
  const order = orderIn(document, document.body);
  for (;;) {
    const known = await toldSoFar(run, document);
    if ('refused' in order) return { events: known.pending, refused: order.refused };
    if (!isAllowed(run.tenants, order.tenant)) return { events: known.pending, refused: notAllowed(order) };
    const revision = await revisionOf(run, document, order, known.told);
    if (revision === undefined) return { events: known.pending };
    const news = revision.events.map(event => {
      return eventOf(order, { ...event, eventId: orderEventId(document, revision.revision, event) });
    });
    const refused = firstProblem(news, run.clock.now());
    if (refused !== undefined) return { events: known.pending, refused };
    const events = [...known.pending, ...news];
    if (await isWritten(run, document, { order, revision, events, etag: known.etag })) return { events };
  }
}

const notAllowed = ({ tenant }: Order): string =>
  `TENANT_NOT_ALLOWED: tenant '${tenant.slice(0, longestShown)}' is none of tenants.allowed: name it there, and redrive`;

interface Known {
  readonly told: ToldOrder | undefined;
  readonly etag: string | undefined;
  /** What may not be in the log yet: nobody has left the page behind in which it was written down. */
  readonly pending: readonly Rating[];
}

/** @throws {LeaseLost} */
async function toldSoFar(run: FeedRun, document: StoredDocument): Promise<Known> {
  const { documents, lease, leases, tookOverAt } = run;
  for (;;) {
    const found = await documents.get(toldKey(document));
    if (found === undefined) return { told: undefined, etag: undefined, pending: [] };
    const told = toldOrder.parse(found.body);
    if (told.fence > lease.fence) throw new LeaseLost(lease.name, leases.owner);
    const isOurs = told.fence === lease.fence;
    const isPending = told.page >= (isOurs ? lease.state.page : tookOverAt);
    const etag = isPending && !isOurs ? await claimed(run, document, told, found.etag) : found.etag;
    if (etag === undefined) continue;
    return { told, etag, pending: isPending ? told.events.map(event => eventOf(told, event)) : [] };
  }
}

/**
 * Whoever had the lease before may have written it down when the page was left behind already. Told once in a page of
 * ours, it is not told with each change again: an erasure may come between. Undefined where somebody was quicker.
 */
async function claimed(
  { documents, lease }: FeedRun,
  document: StoredDocument,
  told: ToldOrder,
  etag: string,
): Promise<string | undefined> {
  const { fence, state } = lease;
  const { standing, events } = told;
  const body = { ...told, fence, page: state.page, standing: [...standing], events: [...events] };
  try {
    return await documents.put(toldKey(document), body, { etag });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return undefined;
  }
}

async function revisionOf(
  { documents }: FeedRun,
  document: StoredDocument,
  order: Order,
  told: ToldOrder | undefined,
): Promise<Revision | undefined> {
  const before = told && { ...told, standing: standingOf(told) };
  const items = withdrawnItems(order, before);
  const elsewhere = items.length === 0 ? new Map() : await elsewhereOf(documents, document, items);
  return revise(order, before, elsewhere);
}

interface Writing {
  readonly order: Order;
  readonly revision: Revision;
  readonly events: readonly Rating[];
  readonly etag: string | undefined;
}

/** False where somebody was quicker, or we were and had no answer: what was told is to be read again. */
async function isWritten(run: FeedRun, document: StoredDocument, writing: Writing): Promise<boolean> {
  const { order, revision, events, etag } = writing;
  const body = {
    tenant: order.tenant,
    userId: order.userId,
    revision: revision.revision,
    fence: run.lease.fence,
    page: run.lease.state.page,
    time: revision.time,
    standing: [...revision.standing],
    events: events.map(({ eventId, itemId, kind, value, time }) => ({ eventId, itemId, kind, value, time })),
  };
  try {
    await run.documents.put(toldKey(document), body, etag === undefined ? 'absent' : { etag });
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return false;
  }
}

const eventOf = ({ tenant, userId }: Pick<Order, 'tenant' | 'userId'>, event: ToldEvent): Rating => ({
  ...event,
  tenant,
  userId,
  sessionId: '',
});

/** An event that no reader would let count is not sent: what changed in an order is told as a whole, or not at all. */
function firstProblem(events: readonly Rating[], now: number): string | undefined {
  for (const event of events) {
    const problem = invalidRating(event, now);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** One page of the change feed, from orders to the log, read straight down. The crash tests are made from this list. */
import type { Rating } from '../../../schemas/types.ts';
import { ratings } from '../../../topologies/streams.ts';
import type { Changes, DocumentKey, Documents, StoredDocument } from '../../documents/port.ts';
import { type DeadLetter, deadLetters } from '../../stream/dead-letter.ts';
import { sendingAll } from '../../operations/tracing/sending.ts';
import type { Tracing } from '../../operations/tracing/tracing.ts';
import { appendFromOutside, recordOf } from '../../stream/outside.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import type { AllowedTenants } from '../domain/allowed-tenants.ts';
import type { Lease, Leases } from '../leases/lease.ts';
import { noteCarriedOut } from './carried-out.ts';
import { type Decided, decideOrder } from './decide.ts';
import { type DecidedErasure, decideErasure, removeDocuments } from './erase.ts';
import { erasureMeant } from './erasure-request.ts';
import { letterOf } from './letters.ts';
import { ordersCollection, traceIn } from './order.ts';
import type { FeedPosition } from './position.ts';
import { isRequest, orderMeant } from './requests.ts';

/** What one range of the feed is read with. */
export interface FeedRun {
  readonly documents: Pick<Documents, 'get' | 'put' | 'write' | 'list' | 'changes' | 'grown'>;
  readonly transport: Pick<Transport, 'partitions' | 'append'>;
  readonly clock: { now(): Millis };
  readonly leases: Leases<FeedPosition>;
  /** As it was kept last. */
  lease: Lease<FeedPosition>;
  /** The page with which its fence began: of what is told under older ones nothing from there on was left behind. */
  readonly tookOverAt: number;
  /** The lease being kept: orders of a page that are decided together keep it once. */
  holding?: Promise<void> | undefined;
  /** Where the next page begins: past pages without orders it is further than the lease says. */
  continuation: string | null;
  /** Asks what does not answer again, for ever. */
  readonly trying: <R>(what: string, work: () => Promise<R>) => Promise<R>;
  /** Whose orders are told; those of all where absent. */
  readonly tenants?: AllowedTenants | undefined;
  /** Goes on with the traces of those who changed orders; absent where nothing is told. */
  readonly tracing?: Tracing | undefined;
  /** Of the range among those of the feed, for dead letters. */
  readonly number: number;
}

/** A page on its way. */
export interface Page {
  changes: Changes;
  /** Where the next page begins. */
  next: string | null;
  events: readonly Rating[];
  /** W3C trace contexts of the changes that events tell, by event id, of those that have one. */
  traces: ReadonlyMap<string, string>;
  /** The erasure that the page ends with, and where it came to stand. */
  erasure: (DecidedErasure & { end?: Offset | undefined }) | undefined;
  letters: readonly DeadLetter[];
  /** Requests that are done with once all that is told. */
  done: readonly DocumentKey[];
}

export type PageStep = (run: FeedRun, page: Page) => Promise<void>;

/** In this order, each only after the one before it is durable. Any of them may be done again. */
export const steps: readonly PageStep[] = [read, decide, append, clear, store];

/** Orders of a page at most. */
export const pageSize = 100;
/** Orders that are looked at together. */
const atOnce = 16;

export const emptyPage = (): Page => ({
  changes: { documents: [], continuation: '', caughtUp: true },
  next: null,
  events: [],
  traces: new Map(),
  erasure: undefined,
  letters: [],
  done: [],
});

/**
 * Reads the newest state of the orders that have changed since the position in the lease. A page ends with an erasure:
 * what is behind it in the feed is read once more, when nothing is left of what came before.
 */
async function read({ documents, lease: { name }, continuation }: FeedRun, page: Page): Promise<void> {
  const changes = await documents.changes(ordersCollection, continuation ?? undefined, pageSize, name);
  const erasure = changes.documents.findIndex(document => erasureMeant(document) !== undefined);
  const isCut = erasure >= 0;
  page.changes = isCut ? { ...changes, documents: changes.documents.slice(0, erasure + 1), caughtUp: false } : changes;
  page.next = isCut ? continuation : changes.continuation;
}

/** Nobody tells anything whose lease may end while it does; whoever stood still finds it taken. @throws {LeaseLost} */
async function holdLease(run: FeedRun): Promise<void> {
  if (!run.leases.isShort(run.lease)) return;
  run.holding ??= keepLease(run).finally(() => (run.holding = undefined));
  await run.holding;
}

async function keepLease(run: FeedRun): Promise<void> {
  run.lease = await run.leases.keep(run.lease);
}

/**
 * Holds the lease before each attempt: between two of them a store may be away for longer than a lease lasts. Whoever
 * has it then may have left the page behind, and never looks again at what would be written down for it.
 */
const tryingHeld = <R>(run: FeedRun, what: string, work: () => Promise<R>): Promise<R> =>
  run.trying(what, async () => {
    await holdLease(run);
    return work();
  });

/** Writes down, order by order, what there is to tell, before anything is told. @throws {LeaseLost} */
async function decide(run: FeedRun, page: Page): Promise<void> {
  const documents = withoutErased(page.changes.documents);
  const [events, letters]: [Rating[], DeadLetter[]] = [[], []];
  const traces = new Map<string, string>();
  for (let from = 0; from < documents.length; from += atOnce) {
    const some = documents.slice(from, from + atOnce);
    // Each by itself: a store that now and then does not answer would never answer all of them at once.
    const decided = await Promise.all(some.map(document => tryingHeld(run, 'decide', () => decideOne(run, document))));
    for (const [at, outcome] of decided.entries()) {
      const { events: told, refused, document } = outcome;
      events.push(...told);
      for (const [eventId, trace] of tracesOf(document, told)) traces.set(eventId, trace);
      if (refused === undefined) continue;
      letters.push(letterOf({ document, reason: refused }, placeOf(run, from + at), run.clock.now()));
    }
  }
  page.events = events;
  page.traces = traces;
  page.letters = letters;
  page.erasure = await erasureOf(run, page.changes.documents.at(-1));
  page.done = page.changes.documents.filter(
    document => isRequest(document) && (orderMeant(document) ?? erasureMeant(document)) !== undefined,
  );
}

/** Of the events of an order that says whose change it was. */
function tracesOf({ body }: StoredDocument, told: readonly Rating[]): readonly (readonly [string, string])[] {
  const trace = traceIn(body);
  return trace === '' ? [] : told.map(({ eventId }) => [eventId, trace]);
}

/** Nothing is told any more of orders that the erasure at the end of the page names. */
function withoutErased(documents: readonly StoredDocument[]): readonly StoredDocument[] {
  const last = documents.at(-1);
  const erasure = last && erasureMeant(last);
  if (last === undefined || erasure === undefined) return documents;
  const named = new Set(erasure.orderIds);
  return documents.slice(0, -1).filter(({ partition, id }) => partition !== last.partition || !named.has(id));
}

/** After all that the page tells before it. @throws {LeaseLost} */
async function erasureOf(run: FeedRun, document: StoredDocument | undefined): Promise<Page['erasure']> {
  const meant = document && erasureMeant(document);
  if (document === undefined || meant === undefined) return undefined;
  return tryingHeld(run, 'erase', () => decideErasure(run, document, meant));
}

/** A request is decided as the order that it means; where there is none any more nothing is told. @throws {LeaseLost} */
async function decideOne(run: FeedRun, document: StoredDocument): Promise<Decided & { document: StoredDocument }> {
  const meant = isRequest(document) ? orderMeant(document) : undefined;
  const order = meant === undefined ? document : await run.documents.get(meant);
  if (order === undefined) return { events: [], document };
  return { ...(await decideOrder(run, order)), document: order };
}

const placeOf = ({ number: range, lease }: FeedRun, index: number) => ({ range, page: lease.state.page, index });

/** Tells it. Events that come twice have the same ids, and letters the same place. */
async function append(run: FeedRun, { events, traces, erasure, letters }: Page): Promise<void> {
  await holdLease(run);
  const { transport, clock, tracing } = run;
  const records = <T>(stream: Parameters<typeof recordOf<T>>[0], values: readonly T[]) =>
    values.map(value => recordOf(stream, value));
  const now = clock.now();
  const tell = (told: readonly Rating[]) =>
    sendingAll(tracing, { topic: ratings.name, because: traces.values() }, headerFor => {
      const traced = told.map(event => {
        return { ...recordOf(ratings, event), trace: headerFor(traces.get(event.eventId) ?? '') };
      });
      return appendFromOutside(transport, ratings.name, traced, now);
    });
  if (events.length > 0) await tell(events);
  if (erasure !== undefined) erasure.end = (await tell([erasure.erasure]))[0]?.offset;
  if (erasure !== undefined && erasure.retold.length > 0) await tell(erasure.retold);
  if (letters.length > 0) await appendFromOutside(transport, deadLetters.name, records(deadLetters, letters), now);
}

/** Removes requests that are done with: only now, so that whoever is killed before finds them again. */
async function clear(run: FeedRun, { done, erasure }: Page): Promise<void> {
  if (erasure?.end !== undefined) await noteCarriedOut(run.documents, erasure.place, erasure.end);
  await removeDocuments(run, done);
}

/** Leaves the page behind. @throws {LeaseLost} */
async function store(run: FeedRun, { next }: Page): Promise<void> {
  const { page } = run.lease.state;
  const state = { page: page + 1, continuation: next, isSplit: false };
  run.lease = await run.leases.keep(run.lease, state);
  run.continuation = next;
}

/** How far the log is behind the orders: in documents, and in seconds. */
import type { Documents, StoredDocument } from '../../documents/port.ts';
import type { Millis } from '../../stream/time.ts';
import { orderIn, ordersCollection } from './order.ts';
import { type OpenRange, openRanges, ordersLeases } from './ranges.ts';

/** One range of the feed. */
export interface FeedLag {
  readonly range: string;
  /** The process that reads it; null where nobody does. */
  readonly owner: string | null;
  /** Whether anything of it was ever left behind. */
  readonly hasBegun: boolean;
  /** Orders that have changed since the position that was stored; no more than `mostCounted` are counted. */
  readonly behind: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  /** Since the oldest of them changed, by the order's own word; 0 where there is none, null where it does not say. */
  readonly behindMs: Millis | null;
}

export interface LagPorts {
  readonly documents: Pick<Documents, 'get' | 'put' | 'list' | 'changes' | 'feedRanges'>;
  readonly clock: { now(): Millis };
}

/** Documents of a range that a look reads at most: on Cosmos DB each costs request units. */
export const mostCounted = 1_000;

/** Reads on where each range's lease stands, and changes nothing. */
export async function ordersLag({ documents, clock }: LagPorts, most = mostCounted): Promise<readonly FeedLag[]> {
  const leases = ordersLeases({ documents, clock, owner: 'lag', duration: 0 });
  const ranges = await openRanges(documents, leases);
  return Promise.all(
    ranges.map(async ({ name, lease }): Promise<FeedLag> => {
      const { oldest, behind, isMore } = await counted(documents, { name, lease }, most);
      const owner = lease === undefined || leases.isFree(lease) ? null : lease.owner;
      const hasBegun = (lease?.state.page ?? 0) > 0;
      return {
        range: name,
        owner,
        hasBegun,
        behind,
        isMore,
        behindMs: oldest === undefined ? 0 : ageOf(oldest, clock.now()),
      };
    }),
  );
}

async function counted(documents: Pick<Documents, 'changes'>, { name, lease }: OpenRange, most: number) {
  let oldest: StoredDocument | undefined;
  for (let [behind, from] = [0, lease?.state.continuation ?? undefined]; ;) {
    const page = await documents.changes(ordersCollection, from, most, name);
    oldest ??= page.documents[0];
    behind += page.documents.length;
    const isMore = !page.caughtUp || page.successors !== undefined;
    if (behind >= most || page.caughtUp || page.successors !== undefined) return { oldest, behind, isMore };
    from = page.continuation;
  }
}

function ageOf(document: StoredDocument, now: Millis): Millis | null {
  const order = orderIn(document, document.body);
  return 'refused' in order ? null : Math.max(0, now - order.updatedAt);
}

/** The ranges that the feed of orders is read by, and who reads them. */
import type { Documents } from '../../documents/port.ts';
import type { Millis } from '../../stream/time.ts';
import { type Lease, Leases, type LeaseOptions } from '../leases/lease.ts';
import { ordersCollection } from './order.ts';
import { beginning, feedPosition, type FeedPosition } from './position.ts';

export interface OpenRange {
  readonly name: string;
  /** Absent where nobody has ever read it. */
  readonly lease: Lease<FeedPosition> | undefined;
}

export const ordersLeases = (
  options: Pick<LeaseOptions<FeedPosition>, 'documents' | 'clock' | 'owner'> & { readonly duration: Millis },
): Leases<FeedPosition> => new Leases({ ...options, feed: ordersCollection, state: feedPosition, first: beginning });

/**
 * Those that are there to be read. While one that the store has split was not read up to there, its successors are not
 * begun: where they begin is told by its end.
 */
export async function openRanges(
  documents: Pick<Documents, 'feedRanges'>,
  leases: Pick<Leases<FeedPosition>, 'all'>,
): Promise<readonly OpenRange[]> {
  const now = await documents.feedRanges(ordersCollection);
  const all = await leases.all();
  const open = all.filter(({ state }) => !state.isSplit);
  const isBehindSplit = open.some(({ name }) => !now.includes(name));
  const known = new Set(all.map(({ name }) => name));
  const fresh = isBehindSplit ? [] : now.filter(name => !known.has(name));
  const ranges = [
    ...open.map(lease => ({ name: lease.name, lease })),
    ...fresh.map(name => ({ name, lease: undefined })),
  ];
  return ranges.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** How far one range of the change feed of orders was read: what its lease holds. */
import { z } from 'zod';

export const feedPosition = z.object({
  /** Pages that were left behind: what was told in a page of this number or a later one may not be in the log yet. */
  page: z.int(),
  /** Where the next page begins; null at the beginning of the feed. */
  continuation: z.string().nullable(),
  /** Whether the store has split the range: its successors have leases of their own, and nobody reads it any more. */
  isSplit: z.boolean(),
});
export type FeedPosition = z.infer<typeof feedPosition>;

export const beginning: FeedPosition = { page: 0, continuation: null, isSplit: false };

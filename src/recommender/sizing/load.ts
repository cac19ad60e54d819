/** What a shop is and does, as far as its size depends on it. */
import { z } from 'zod';

const count = z.number().min(0).max(1e12);
const some = count.min(1);

export const load = z.strictObject({
  /** Mean over a day. */
  ratingsPerSecond: count.default(1),
  /** Of the busiest minute; where absent four times the mean. */
  peakRatingsPerSecond: count.optional(),
  /** Lines of orders, mean over a day; each is an event as a rating is. */
  ordersPerSecond: count.default(0),
  /** Lists that are asked for, of the busiest minute. */
  requestsPerSecond: count.default(10),
  /** Who have a vector and a list. */
  users: some.default(10_000),
  items: some.default(10_000),
  /** Pairs of user and item that are kept; where absent twenty a user. */
  ratings: count.optional(),
  tenants: z.int().min(1).default(1),
  /** `model.factors`. */
  factors: z.int().min(1).max(128).default(32),
  /** `lists.everyVersions`. */
  everyVersions: z.int().min(1).max(1_000_000).default(64),
  /** Of the log. */
  retentionDays: count.default(7),
});

export type Load = z.infer<typeof load>;
export type LoadInput = z.input<typeof load>;

export interface Settled extends Load {
  readonly peakRatingsPerSecond: number;
  readonly ratings: number;
}

/** How much more than on average comes in the busiest minute, where nobody says. */
const peakOfMean = 4;
const ratingsOfUser = 20;

/** @throws {z.ZodError} */
export function settled(given: LoadInput): Settled {
  const parsed = load.parse(given);
  return {
    ...parsed,
    peakRatingsPerSecond: Math.max(
      parsed.ratingsPerSecond,
      parsed.peakRatingsPerSecond ?? parsed.ratingsPerSecond * peakOfMean,
    ),
    ratings: parsed.ratings ?? parsed.users * ratingsOfUser,
  };
}

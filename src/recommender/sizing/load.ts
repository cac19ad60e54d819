/** What a shop is and does, as far as its size depends on it. */
import { z } from 'zod';

/** What is wrong with any other number is told by what to give instead. */
const numberFrom = (least: number) => {
  const error = `Give a number of ${least} to 1e12, such as 500 or 1e6.`;
  return z.number({ error }).min(least, { error }).max(1e12, { error });
};
const wholeTo = (most: number) => {
  const error = `Give a whole number of 1 to ${most}.`;
  return z.int({ error }).min(1, { error }).max(most, { error });
};
const count = numberFrom(0);
const some = numberFrom(1);

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
  tenants: wholeTo(1_000_000).default(1),
  /** `model.factors`. */
  factors: wholeTo(128).default(32),
  /** `lists.everyVersions`. */
  everyVersions: wholeTo(1_000_000).default(64),
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

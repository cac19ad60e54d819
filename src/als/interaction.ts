import { InvalidInteraction } from './errors.ts';

/** What a user can do with an item, in the order in which they are stored. */
export const kinds = ['rating', 'order', 'view', 'return'] as const;
export type Kind = (typeof kinds)[number];

/** One event as the model learns it. */
export interface Interaction {
  readonly userId: string;
  readonly itemId: string;
  readonly kind: Kind;
  /** Stars of a rating, quantity of an order; what the weight table understands. Finite. */
  readonly value: number;
  /** Event time in milliseconds since the Unix epoch. Finite. */
  readonly time: number;
  /** The same id is the same event: learnt once. */
  readonly eventId: string;
}

/** The value of a rating that was deleted; no scale reaches down to it. */
export const deletedRating = 0;

/** Whether it says that there is no rating: the newest of a kind counts, so it takes the place of the one before it. */
export const isDeletion = ({ kind, value }: { readonly kind: string; readonly value: number }): boolean =>
  kind === 'rating' && value === deletedRating;

/** The range of stars; estimates are clipped to it. */
export interface Scale {
  readonly min: number;
  readonly max: number;
}

/** @throws {InvalidInteraction} The caller validates; what slipped through must not reach a vector. */
export function checkInteraction(event: Interaction, scale: Scale): void {
  const { userId, itemId, kind, value, time, eventId } = event;
  const objection =
    userId === '' || itemId === '' || eventId === ''
      ? 'an empty id'
      : !Number.isFinite(value) || !Number.isFinite(time)
        ? 'a value or time that is not finite'
        : kind === 'rating' && !isDeletion(event) && (value < scale.min || value > scale.max)
          ? `a rating of ${value}, off the scale ${scale.min} to ${scale.max}`
          : undefined;
  if (objection !== undefined)
    throw new InvalidInteraction(`Event '${eventId}' has ${objection}`, 'Validate events before the model learns them');
}

type InTime = Pick<Interaction, 'time' | 'userId' | 'itemId' | 'eventId'>;

/** Orders events by (time, user, item, event id), whatever order they arrived in. */
export function byTime(a: InTime, b: InTime): number {
  return a.time - b.time || compare(a.userId, b.userId) || compare(a.itemId, b.itemId) || compare(a.eventId, b.eventId);
}

/** Compares ids by their UTF-16 code units: the same everywhere, unlike a locale's order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { hashOfEvent, type EventHash } from './event-id.ts';
import { deletedRating, isDeletion, type Interaction, type Kind } from './interaction.ts';
import { silent, weigh, type Weight, type WeightTable } from './weights.ts';

/** The newest event of a kind of one user with one item. */
export interface Fact extends EventHash {
  readonly value: number;
  readonly time: number;
}

/** A deletion takes back what was rated at its own time too, whatever the ids: as a return does with an order. */
export const factOf = (event: Pick<Interaction, 'kind' | 'value' | 'time' | 'eventId'>): Fact => ({
  value: event.value,
  time: event.time,
  ...(isDeletion(event) ? greatestHash : hashOfEvent(event.eventId)),
});

const greatestHash: EventHash = { high: 0xffffffff, low: 0xffffffff };

/** The stars of a pair, if there are any. */
export const ratingIn = ({ rating }: Told): number | undefined =>
  rating === undefined || rating.value === deletedRating ? undefined : rating.value;

/** What is known of one user with one item: at most one fact a kind. A return stays as the tombstone of an order. */
export type Facts = Partial<Record<Kind, Fact>>;

/** What of the facts has a weight: what is done with them needs no event ids. */
export type Told = Readonly<Partial<Record<Kind, Pick<Fact, 'value' | 'time'>>>>;

/** Whether a fact replaces another: by time, then the hash of its event id, then value. */
export function replaces(fact: Fact, known: Fact | undefined): boolean {
  if (known === undefined) return true;
  const order = fact.time - known.time || fact.high - known.high || fact.low - known.low || fact.value - known.value;
  return order > 0;
}

/** The kinds that can speak for a pair, the strongest first: a view cannot overwrite a rating. */
const speakers = ['rating', 'order', 'view'] as const;

/**
 * One weight from all facts: the strongest kind speaks alone. A return retracts the order and the view before it, not
 * the rating, which is the user's own word and is deleted by a word alone; a newer order counts again.
 */
export function fold(table: WeightTable, facts: Told, now: number): Weight {
  for (const kind of speakers) {
    const fact = facts[kind];
    if (fact === undefined || isTakenBack(kind, fact, facts.return)) continue;
    const weight = weigh(table, kind, fact.value, now - fact.time);
    if (weight.confidence > 0) return weight;
  }
  return silent;
}

const isTakenBack = (kind: Kind, { value, time }: Pick<Fact, 'value' | 'time'>, back: Told['return']): boolean =>
  kind === 'rating' ? isDeletion({ kind, value }) : back !== undefined && back.time >= time;

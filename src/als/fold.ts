import { hashOfEvent, type EventHash } from './event-id.ts';
import type { Interaction, Kind } from './interaction.ts';
import { silent, weigh, type Weight, type WeightTable } from './weights.ts';

/** The newest event of a kind of one user with one item. */
export interface Fact extends EventHash {
  readonly value: number;
  readonly time: number;
}

export const factOf = ({ value, time, eventId }: Pick<Interaction, 'value' | 'time' | 'eventId'>): Fact => ({
  value,
  time,
  ...hashOfEvent(eventId),
});

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
 * the rating, which is the user's own word; a newer order counts again.
 */
export function fold(table: WeightTable, facts: Told, now: number): Weight {
  for (const kind of speakers) {
    const fact = facts[kind];
    if (fact === undefined || (kind !== 'rating' && retracted(fact, facts.return))) continue;
    const weight = weigh(table, kind, fact.value, now - fact.time);
    if (weight.confidence > 0) return weight;
  }
  return silent;
}

const retracted = (fact: Pick<Fact, 'time'>, tombstone: Pick<Fact, 'time'> | undefined): boolean =>
  tombstone !== undefined && tombstone.time >= fact.time;

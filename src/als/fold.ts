import { compare, type Kind } from './interaction.ts';
import { ageBucket, silent, weigh, type Weight, type WeightTable } from './weights.ts';

/** The newest event of a kind of one user with one item. */
export interface Fact {
  readonly value: number;
  readonly time: number;
  readonly eventId: string;
}

/** What is known of one user with one item: at most one fact a kind. A return stays as the tombstone of an order. */
export type Facts = Partial<Record<Kind, Fact>>;

/** Whether a fact replaces another: by time, then event id; the value decides only between liars with the same id. */
export function replaces(fact: Fact, known: Fact | undefined): boolean {
  if (known === undefined) return true;
  return (fact.time - known.time || compare(fact.eventId, known.eventId) || fact.value - known.value) > 0;
}

/** The kinds that can speak for a pair, the strongest first: a view cannot overwrite a rating. */
const speakers = ['rating', 'order', 'view'] as const;

/**
 * One weight from all facts: the strongest kind speaks alone. A return retracts the order and the view before it, not
 * the rating, which is the user's own word; a newer order counts again.
 */
export function fold(table: WeightTable, facts: Facts, now: number): Weight {
  for (const kind of speakers) {
    const fact = facts[kind];
    if (fact === undefined || (kind !== 'rating' && retracted(fact, facts.return))) continue;
    const weight = weigh(table, kind, fact.value, now - fact.time);
    if (weight.confidence > 0) return weight;
  }
  return silent;
}

/** Whether facts weigh otherwise after event time went on. */
export function agedBetween(table: WeightTable, facts: Facts, before: number, now: number): boolean {
  return speakers.some(kind => {
    const time = facts[kind]?.time;
    return time !== undefined && ageBucket(table, before - time) !== ageBucket(table, now - time);
  });
}

const retracted = (fact: Fact, tombstone: Fact | undefined): boolean =>
  tombstone !== undefined && tombstone.time >= fact.time;

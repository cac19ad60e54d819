/** What is compared: popularity, a retrain, and learning in cuts. */
import { Model, type Interaction, type ModelSettings } from '../../../als/index.ts';
import type { RatingRow } from '../ratings-csv.ts';
import { Popularity } from './popularity.ts';

/** Something that has learnt. */
export interface Contestant {
  /** Greater is better, comparable within a user; undefined of an item that it cannot place. */
  score(userId: string, itemId: string): number | undefined;
  /** Estimated stars, on the scale. */
  stars(userId: string, itemId: string): number;
}

/** Learns by the most obvious recommender: what most have rated is best, stars are means. */
export const popularity = (train: readonly RatingRow[]): Contestant => new Popularity(train);

/** Takes everything in at once and trains a generation on it. */
export function retrained(train: readonly RatingRow[], settings: Partial<ModelSettings>): Contestant {
  const model = new Model(settings);
  model.learn(train.map(interaction));
  model.train();
  return withFallback(model, train);
}

/**
 * What the product does: a generation trained on the first half in time, then the rest in cuts, never trained again.
 * All that the second half says was therefore learnt by touched rows and refresh alone.
 */
export function incremental(
  train: readonly RatingRow[],
  settings: Partial<ModelSettings>,
  eventsPerCut: number,
): Contestant {
  const events = train.map(interaction);
  const half = Math.floor(events.length / 2);
  const model = new Model(settings);
  model.learn(events.slice(0, half));
  model.train();
  for (let at = half; at < events.length; at += eventsPerCut) model.learn(events.slice(at, at + eventsPerCut));
  return withFallback(model, train);
}

/** A user of whom nothing was learnt gets what is popular, as from the API. */
function withFallback(model: Model, train: readonly RatingRow[]): Contestant {
  const popular = new Popularity(train);
  const known = new Set(train.map(({ userId }) => userId));
  return {
    score: (userId, itemId) => (known.has(userId) ? model.score(userId, itemId) : popular.score(userId, itemId)),
    stars: (userId, itemId) => model.stars(userId, itemId),
  };
}

const interaction = ({ userId, itemId, rating, time }: RatingRow): Interaction => ({
  userId,
  itemId,
  kind: 'rating',
  value: rating,
  time,
  eventId: JSON.stringify([userId, itemId, time, rating]),
});

/** What the API and the pages read: each is written by one topology. */
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import type { Model } from '../../als/index.ts';
import type { ShelfItem } from './shelf.ts';

/** Popular items in the model's document. */
const popularKept = 100;
/** Things of a user in the profile, newest first. */
const profileItemsKept = 200;

/** A vector, its factors as base64 of 16-bit integers: a third of what JSON numbers take. */
export const asVectorDocument = (vector: UserVector | ItemVector) => ({
  id: vector.id,
  generation: vector.generation,
  number: vector.number,
  factors: vector.factors.toString('base64'),
  exponent: vector.exponent,
  starFactors: vector.starFactors.toString('base64'),
  starExponent: vector.starExponent,
  bias: vector.bias,
  events: vector.events,
});

export const asListDocument = ({ userId, reason, generation, number, time, margin, items }: Recommendation) => ({
  userId,
  reason,
  generation,
  number,
  time,
  margin,
  items: items.map(({ itemId, score, reason: why }) => ({ itemId, score, reason: why })),
});

export const asModelDocument = (
  { generation, number, hash, prequential, time, meanStars }: Omit<ModelVersion, 'cut'>,
  model: Model,
) => ({
  generation,
  number,
  hash,
  time,
  meanStars,
  counts: { ...model.counts },
  prequential: { ...prequential },
  popular: model.popular(popularKept).map(({ itemId, score }) => ({ itemId, score })),
});

export const asProfileDocument = ({
  userId,
  items,
}: {
  readonly userId: string;
  readonly items: readonly ShelfItem[];
}) => ({
  userId,
  count: items.length,
  items: items.slice(0, profileItemsKept).map(({ itemId, kind, value, time }) => ({ itemId, kind, value, time })),
});

/** What the API and the pages read: each is written by one topology. */
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import { kinds, type Model } from '../../als/index.ts';
import type { HistoryPage, ShelfItem } from './shelf.ts';

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

/** Null of a user who was erased, or of a session that became a user. */
export const asProfileDocument = ({
  userId,
  items,
}: {
  readonly userId: string;
  readonly items: readonly ShelfItem[];
}) =>
  items.length === 0
    ? null
    : {
        userId,
        count: items.length,
        items: items.slice(0, profileItemsKept).map(({ itemId, kind, value, time }) => ({ itemId, kind, value, time })),
      };

/** Pages of a user sort by their ids. */
export const historyPageId = ({ page }: Pick<HistoryPage, 'page'>): string => String(page).padStart(8, '0');

/** A part of all that a user has done: for each item and kind the newest event. Null where the page is no more. */
export const asHistoryDocument = ({ userId, page, items }: HistoryPage) =>
  items && {
    userId,
    page,
    items: items.map(({ itemId, done }) => ({
      itemId,
      done: kinds.flatMap(kind => (done[kind] ? [{ kind, value: done[kind].value, time: done[kind].time }] : [])),
    })),
  };

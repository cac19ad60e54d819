/** Every stream of the recommender, one definition each. */
import { days, minutes, stream } from '../src/index.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { invalidExposure, invalidItem, invalidRating } from '../src/recommender/domain/validate.ts';
import {
  exposureSchema,
  itemSchema,
  itemTrendSchema,
  itemVectorSchema,
  modelVersionSchema,
  ratingSchema,
  recommendationSchema,
  userVectorSchema,
} from '../schemas/types.ts';

/** The key of who did it: that of the user's vector and list, so that they lie in partitions of one number. */
const bySubject = ({ tenant, userId, sessionId }: { tenant: string; userId: string; sessionId: string }): string =>
  scoped(tenant, userId === '' ? sessionId : userId);

/** What users do: ratings, orders, views, returns; by user, so that one user's events stay in order. */
export const ratings = stream('ratings', {
  schema: ratingSchema,
  key: bySubject,
  time: event => event.time,
  lateness: minutes(1),
  validate: invalidRating,
});

/** The sound events about an item, once each, by item. `intake` writes them. */
export const ratingsByItem = stream('ratings-by-item', {
  schema: ratingSchema,
  key: event => scoped(event.tenant, event.itemId),
  time: event => event.time,
});

/** The catalogue: the newest record of an item counts. */
export const items = stream('items', {
  schema: itemSchema,
  key: item => scoped(item.tenant, item.itemId),
  time: item => item.time,
  lateness: days(1),
  validate: invalidItem,
});

/** Ratings of an item in a window of event time; a later record of a window replaces the one before. */
export const itemTrends = stream('item-trends', {
  schema: itemTrendSchema,
  key: trend => trend.itemId,
  time: trend => trend.start,
});

/** Vectors that a model version has changed. Those that no version names count for nobody. */
export const userVectors = stream('user-vectors', {
  schema: userVectorSchema,
  key: vector => vector.id,
  time: vector => vector.time,
});

export const itemVectors = stream('item-vectors', {
  schema: itemVectorSchema,
  key: vector => vector.id,
  time: vector => vector.time,
});

/** The published states of the model, each a consistent cut; all in one partition, in order. */
export const modelVersions = stream('model-versions', {
  schema: modelVersionSchema,
  key: () => 'model',
  time: version => version.time,
  cut: version => version.cut,
});

/** The list of a user as of a model version; written where it differs from the one before. */
export const recommendations = stream('recommendations', {
  schema: recommendationSchema,
  key: list => list.userId,
  time: list => list.time,
});

/** Which list was shown to whom, and with what probability; by user, beside what the user did with it. */
export const exposures = stream('exposures', {
  schema: exposureSchema,
  key: bySubject,
  time: shown => shown.time,
  lateness: minutes(1),
  validate: invalidExposure,
});

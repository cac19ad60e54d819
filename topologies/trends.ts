/** Counts ratings by item in windows of event time: hours that overlap for the stream, days for the documents. */
import { filter, map, mergeWith, share } from 'rxjs';
import { hopping, minutes, seconds, topology, tumbling } from '../src/index.ts';
import { asTrend, ratingStats, trendId, trendWindows } from '../src/recommender/domain/trends.ts';
import { isStars } from '../src/recommender/domain/interaction.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { itemTrends, ratingsByItem } from './streams.ts';

const grace = minutes(10);
/** A window in motion is told at most this often; its last state is always told. */
const throttle = seconds(1);

export const trends = topology('trends', task => {
  const ratings = task.read(ratingsByItem).pipe(filter(isStars), share());
  const daily = ratings.pipe(
    task.windowed('daily', tumbling({ size: trendWindows.daily.size, grace }), {
      by: rating => scoped(rating.tenant, rating.itemId),
      fold: ratingStats,
      emit: 'update',
      throttle,
      late: task.late('daily'),
    }),
    map(asTrend('daily')),
    share(),
  );
  const hourly = ratings.pipe(
    task.windowed('hourly', hopping({ ...trendWindows.hourly, grace }), {
      by: rating => scoped(rating.tenant, rating.itemId),
      fold: ratingStats,
      emit: 'update',
      throttle,
      late: task.late('hourly'),
    }),
    map(asTrend('hourly')),
  );
  daily.pipe(mergeWith(hourly)).subscribe(task.write(itemTrends));
  daily.subscribe(
    task.replace('aggregates', { partition: trend => trend.itemId, id: trendId, body: trend => ({ ...trend }) }),
  );
});

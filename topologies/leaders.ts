/** Keeps the most-rated items of the newest window of each kind and tenant: one task, since a board is about all items. */
import { filter, map, mergeMap } from 'rxjs';
import { topology } from '../src/index.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { boardOf, byBoard, type LatestWindow, leaderboard, withTrends } from '../src/recommender/domain/trends.ts';
import { itemTrends } from './streams.ts';

export const leaders = topology('leaders', task => {
  task
    .read(itemTrends, { all: true })
    .pipe(
      task.batched('epoch'),
      mergeMap(byBoard),
      task.keyed('newest', {
        by: trends => trends.map(boardOf)[0] ?? '',
        initial: (): LatestWindow | undefined => undefined,
        next: (latest, trends) => {
          const after = withTrends(latest, trends);
          return [after, [after]];
        },
      }),
      filter(latest => latest !== undefined),
      map(leaderboard),
    )
    .subscribe(
      task.replace('aggregates', {
        partition: board => scoped(board.tenant, 'leaders'),
        id: board => board.window,
        body: ({ window, start, end, items }) => ({ window, start, end, items: items.map(item => ({ ...item })) }),
      }),
    );
});

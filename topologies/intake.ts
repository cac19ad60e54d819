/** Lets sound events through once, and hands them on by item. What is not sound becomes a dead letter here. */
import { filter } from 'rxjs';
import { days, topology } from '../src/index.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { ratings, ratingsByItem } from './streams.ts';

export const intake = topology('intake', task => {
  task
    .read(ratings)
    .pipe(
      task.distinct('event-ids', {
        by: event => scoped(event.tenant, event.eventId),
        horizon: days(1),
        // Hardly any comes twice: what is held helps those few alone, and a day of a large shop is gigabytes.
        memory: { entries: 1_000 },
      }),
      filter(event => event.itemId !== ''),
    )
    .subscribe(task.write(ratingsByItem));
});

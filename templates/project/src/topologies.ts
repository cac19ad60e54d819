/** What `millrace run --app` runs: every topology in the list that is exported as `topologies`. */
import { map, share } from 'rxjs';
import { hours, minutes, seconds, topology, tumbling } from 'millrace';
import { pageMinutes, type Visit, visits } from './streams.ts';

const count = {
  initial: () => 0,
  add: (sum: number, _: Visit) => sum + 1,
  merge: (a: number, b: number) => a + b,
};

export const countVisits = topology('count-visits', task => {
  const counted = task.read(visits).pipe(
    task.distinct('ids', { by: visit => visit.id, horizon: hours(1) }),
    task.windowed('minutes', tumbling({ size: minutes(1), grace: seconds(30) }), {
      by: visit => visit.page,
      fold: count,
      emit: 'update',
    }),
    map(({ key, start, value }) => ({ page: key, minute: start, visits: value })),
    share(),
  );
  counted.subscribe(task.write(pageMinutes));
  counted.subscribe(
    task.replace('page-minutes', {
      id: ({ page, minute }) => `${page} ${new Date(minute).toISOString().slice(0, 16)}`,
      body: row => ({ visits: row.visits }),
    }),
  );
});

export const topologies = [countVisits];

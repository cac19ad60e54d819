/** The next release of examples/sensor-counts.ts: counting goes by another name, and goes on with what was counted. */
import { share } from 'rxjs';
import { bySite, type Reading, readingsBySite, siteCounts, siteOf } from '../../examples/sensor-counts.ts';
import { topology } from '../../src/index.ts';

const nothing = { count: 0, hottest: -273.15 };

const countSites = topology(
  'count-sites',
  task => {
    const counts = task.read(readingsBySite).pipe(
      task.keyed('per-site', {
        by: (reading: Reading) => siteOf(reading.sensor),
        initial: () => nothing,
        next: (before, { id, sensor, celsius, at }) => {
          const after = { count: before.count + 1, hottest: Math.max(before.hottest, celsius) };
          return [after, [{ site: siteOf(sensor), ...after, reading: id, at }]];
        },
      }),
      share(),
    );
    counts.subscribe(task.write(siteCounts));
    counts.subscribe(
      task.replace('sites', { id: ({ site }) => site, body: ({ count, hottest }) => ({ count, hottest }) }),
    );
  },
  { renamed: { counts: 'per-site' } },
);

export const topologies = [bySite, countSites];

/** Two topologies in a row: readings are validated and re-keyed by site; each site counts what it gets. */
import { share } from 'rxjs';
import { schema, stream, topology } from '../src/index.ts';

export interface Reading {
  readonly id: number;
  /** `site/number`. */
  readonly sensor: string;
  readonly celsius: number;
  readonly at: number;
}

/** What a site has seen, up to and including one reading. */
export interface SiteCount {
  readonly site: string;
  readonly count: number;
  readonly hottest: number;
  readonly reading: number;
  readonly at: number;
}

const absoluteZero = -273.15;

export const readings = stream<Reading>('readings', {
  schema: schema({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'sensor', type: 'string' },
      { name: 'celsius', type: 'double' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: reading => reading.sensor,
  time: reading => reading.at,
  validate: ({ celsius }) => (celsius >= absoluteZero ? undefined : `${celsius} degrees lie below absolute zero`),
});

/** The site that a sensor's name begins with. Throws where it has none: the reading becomes a dead letter. */
export function siteOf(sensor: string): string {
  const slash = sensor.indexOf('/');
  if (slash > 0) return sensor.slice(0, slash);
  throw new Error(`sensor '${sensor}' names no site`);
}

export const readingsBySite = stream<Reading>('readings-by-site', {
  ...readings,
  key: reading => siteOf(reading.sensor),
});

export const siteCounts = stream<SiteCount>('site-counts', {
  schema: schema({
    type: 'record',
    name: 'SiteCount',
    fields: [
      { name: 'site', type: 'string' },
      { name: 'count', type: 'int' },
      { name: 'hottest', type: 'double' },
      { name: 'reading', type: 'int' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: count => count.site,
  time: count => count.at,
});

export const bySite = topology('by-site', task => {
  task.read(readings).subscribe(task.write(readingsBySite));
});

const nothing = { count: 0, hottest: absoluteZero };

export const countSites = topology('count-sites', task => {
  const counts = task.read(readingsBySite).pipe(
    task.keyed('counts', {
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
});

export const topologies = [bySite, countSites];

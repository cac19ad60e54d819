/** The sensors' counts, and beside them windows over the re-keyed stream: how warm each site was, span by span. */
import { map, share } from 'rxjs';
import { bySite, countSites, type Reading, readingsBySite, siteOf } from '../../examples/sensor-counts.ts';
import { days, milliseconds, schema, stream, topology, tumbling } from '../../src/index.ts';

/** Of a site in a span of event time. */
export interface Heat {
  readonly site: string;
  readonly start: number;
  readonly count: number;
  readonly sum: number;
  readonly at: number;
}

/** One reading comes each millisecond. */
export const span = 40;

export const heats = stream<Heat>('site-heat', {
  schema: schema({
    type: 'record',
    name: 'Heat',
    fields: [
      { name: 'site', type: 'string' },
      { name: 'start', type: 'long' },
      { name: 'count', type: 'int' },
      { name: 'sum', type: 'double' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: heat => heat.site,
  time: heat => heat.at,
});

const warmth = {
  initial: () => ({ count: 0, sum: 0, at: 0 }),
  add: (into: Warmth, { celsius, at }: Reading): Warmth => ({
    count: into.count + 1,
    sum: into.sum + celsius,
    at: Math.max(into.at, at),
  }),
  merge: (a: Warmth, b: Warmth): Warmth => ({ count: a.count + b.count, sum: a.sum + b.sum, at: Math.max(a.at, b.at) }),
};
type Warmth = Pick<Heat, 'count' | 'sum' | 'at'>;

const heatSites = topology('heat-sites', task => {
  const heat = task.read(readingsBySite, { invalid: 'ignore' }).pipe(
    // With its grace no window closes: how far event time has come decides nothing.
    task.windowed('heat', tumbling({ size: milliseconds(span), grace: days(1) }), {
      by: (reading: Reading) => siteOf(reading.sensor),
      fold: warmth,
      emit: 'update',
    }),
    map(({ key, start, value }) => ({ site: key, start, ...value })),
    share(),
  );
  heat.subscribe(task.write(heats));
  heat.subscribe(
    task.replace('heat', { id: ({ site, start }) => `${site} ${start}`, body: ({ count, sum }) => ({ count, sum }) }),
  );
});

export const topologies = [bySite, countSites, heatSites];

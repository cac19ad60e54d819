/** Roll-ups in three steps: of readings into minutes, of minutes into hours, of hours into the days of a time zone. */
import { map } from 'rxjs';
import {
  calendar,
  type Fold,
  hours,
  minutes,
  schema,
  seconds,
  stream,
  topology,
  tumbling,
  type Windowed,
} from '../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly celsius: number;
  readonly at: number;
}

/** What a sensor has measured in a span of time that begins at `start`. */
export interface Rollup {
  readonly sensor: string;
  readonly start: number;
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly sum: number;
}

export const readings = stream<Reading>('readings', {
  schema: schema({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'celsius', type: 'double' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: reading => reading.sensor,
  time: reading => reading.at,
  lateness: seconds(10),
});

const rollup = {
  schema: schema<Rollup>({
    type: 'record',
    name: 'Rollup',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'start', type: 'long' },
      { name: 'count', type: 'int' },
      { name: 'least', type: 'double' },
      { name: 'most', type: 'double' },
      { name: 'sum', type: 'double' },
    ],
  }),
  key: (of: Rollup) => of.sensor,
  time: (of: Rollup) => of.start,
};

export const perMinute = stream('per-minute', rollup);
export const perHour = stream('per-hour', rollup);

type Measured = Omit<Rollup, 'sensor' | 'start'>;

const nothing = (): Measured => ({ count: 0, least: Infinity, most: -Infinity, sum: 0 });

const both = (a: Measured, b: Measured): Measured => ({
  count: a.count + b.count,
  least: Math.min(a.least, b.least),
  most: Math.max(a.most, b.most),
  sum: a.sum + b.sum,
});

const once = (celsius: number): Measured => ({ count: 1, least: celsius, most: celsius, sum: celsius });

const ofReadings: Fold<Reading, Measured> = {
  initial: nothing,
  add: (so, { celsius }) => both(so, once(celsius)),
  merge: both,
};
const ofRollups: Fold<Rollup, Measured> = { initial: nothing, add: both, merge: both };

const by = ({ sensor }: { readonly sensor: string }): string => sensor;
const asRollup = ({ key, start, value }: Windowed<Measured>): Rollup => ({ sensor: key, start, ...value });

/** A reading that comes half a minute after its minute is still counted; what comes later is a dead letter. */
export const rollMinutes = topology('roll-minutes', task => {
  const windows = tumbling({ size: minutes(1), grace: seconds(30) });
  task
    .read(readings)
    .pipe(task.windowed('minutes', windows, { by, fold: ofReadings, emit: 'close' }), map(asRollup))
    .subscribe(task.write(perMinute));
});

export const rollHours = topology('roll-hours', task => {
  const windows = tumbling({ size: hours(1) });
  task
    .read(perMinute)
    .pipe(task.windowed('hours', windows, { by, fold: ofRollups, emit: 'close' }), map(asRollup))
    .subscribe(task.write(perHour));
});

/** The day so far, in documents: each hour that is over changes the one of its day. */
export const rollDays = topology('roll-days', task => {
  const windows = calendar({ unit: 'day', zone: 'Europe/Berlin' });
  task
    .read(perHour)
    .pipe(task.windowed('days', windows, { by, fold: ofRollups, emit: 'update' }))
    .subscribe(
      task.replace('days', {
        id: ({ key, start }) => `${key} ${start}`,
        partition: ({ key }) => key,
        body: ({ start, end, value }) => ({ from: start, to: end, ...value, mean: value.sum / value.count }),
      }),
    );
});

export const topologies = [rollMinutes, rollHours, rollDays];

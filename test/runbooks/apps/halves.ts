/** Two halves of a country write one stream, of which the hours are counted. */
import { map } from 'rxjs';
import { type Fold, hours, schema, stream, topology, tumbling } from '../../../src/index.ts';
import { type Reading, readings } from './readings.ts';

export const northern = stream<Reading>('northern', { ...readings });
export const southern = stream<Reading>('southern', { ...readings });
export const country = stream<Reading>('country', { ...readings });

interface Hour {
  readonly start: number;
  readonly count: number;
}

export const hourly = stream<Hour>('hourly', {
  schema: schema<Hour>({
    type: 'record',
    name: 'Hour',
    fields: [
      { name: 'start', type: 'long' },
      { name: 'count', type: 'int' },
    ],
  }),
  key: ({ start }) => String(start),
  time: ({ start }) => start,
});

const counted: Fold<Reading, number> = {
  initial: () => 0,
  add: (sum: number) => sum + 1,
  merge: (a: number, b: number) => a + b,
};

export const topologies = [
  topology('north', task => task.read(northern).subscribe(task.write(country))),
  topology('south', task => task.read(southern).subscribe(task.write(country))),
  topology('hours', task => {
    task
      .read(country)
      .pipe(
        task.windowed('hours', tumbling({ size: hours(1) }), { by: () => 'all', fold: counted, emit: 'close' }),
        map(({ start, value }) => ({ start, count: value })),
      )
      .subscribe(task.write(hourly));
  }),
];

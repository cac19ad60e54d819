/** The smallest topology: readings in, alarms out. Wired with RxJS's own operators; nothing is remembered. */
import { filter, map } from 'rxjs';
import { schema, stream, topology } from '../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly celsius: number;
  readonly at: number;
}

export interface Alarm {
  readonly sensor: string;
  readonly text: string;
  readonly at: number;
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
});

export const alarms = stream<Alarm>('alarms', {
  schema: schema({
    type: 'record',
    name: 'Alarm',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'text', type: 'string' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: alarm => alarm.sensor,
  time: alarm => alarm.at,
});

export const hotSensors = topology('hot-sensors', task => {
  task
    .read(readings)
    .pipe(
      filter(reading => reading.celsius > 80),
      map(({ sensor, celsius, at }) => ({ sensor, text: `${sensor} is at ${celsius} degrees`, at })),
    )
    .subscribe(task.write(alarms));
});

/** An application of somebody's: readings of sensors, and how many a place has; its releases differ in what they make of one. */
import { map, type OperatorFunction } from 'rxjs';
import { schema, stream, type Task, topology, type Topology } from '../../../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly celsius: number;
  readonly at: number;
}

const reading = {
  schema: schema<Reading>({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'celsius', type: 'double' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: (of: Reading) => of.sensor,
  time: (of: Reading) => of.at,
};

export const readings = stream<Reading>('readings', reading);
export const placed = stream<Reading>('placed', reading);

/** `sensor` is `place/number`; some have no number. */
export const place = (placeOf: (sensor: string) => string): Topology =>
  topology('place', task => {
    const named = map((of: Reading): Reading => ({ ...of, sensor: placeOf(of.sensor) }));
    task.read(readings).pipe(named).subscribe(task.write(placed));
  });

/** What is done with the readings of an epoch together belongs to no record, where it fails. */
export const atEnds = (work: (task: Task) => OperatorFunction<Reading, Reading>): Topology =>
  topology('place', task => {
    task.read(readings).pipe(work(task)).subscribe(task.write(placed));
  });

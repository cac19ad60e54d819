/** An application that its thread dies of: what it throws belongs to no task, and quotes what it has read. */
import { map } from 'rxjs';
import { type Reading, readings, readingsBySite } from '../../examples/sensor-counts.ts';
import { topology } from '../../src/index.ts';

export const topologies = [
  topology('dying', task => {
    const dying = map((reading: Reading) => {
      queueMicrotask(() => {
        throw new Error(`nobody catches this of ${reading.sensor}`);
      });
      return reading;
    });
    task.read(readings).pipe(dying).subscribe(task.write(readingsBySite));
  }),
];

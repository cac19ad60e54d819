/** An application whose step goes round, and lets its thread do nothing else, while there is a file of the sensor's name. */
import { existsSync } from 'node:fs';
import { tap } from 'rxjs';
import { type Reading, readings, readingsBySite } from '../../examples/sensor-counts.ts';
import { topology } from '../../src/index.ts';

export const topologies = [
  topology('spinning', task => {
    const spin = tap(({ sensor }: Reading) => {
      while (existsSync(sensor));
    });
    task.read(readings).pipe(spin).subscribe(task.write(readingsBySite));
  }),
];

/** An application that no engine can go on with: what fails belongs to no record. */
import { map } from 'rxjs';
import { readings, readingsBySite } from '../../examples/sensor-counts.ts';
import { topology } from '../../src/index.ts';

export const topologies = [
  topology('failing', task => {
    const failing = map((): never => {
      throw new Error('a batch that fails');
    });
    task.read(readings).pipe(task.batched('all'), failing).subscribe(task.write(readingsBySite));
  }),
];

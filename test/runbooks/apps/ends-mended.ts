/** The release after it. */
import { mergeMap, pipe } from 'rxjs';
import { atEnds } from './readings.ts';

export const topologies = [
  atEnds(task =>
    pipe(
      task.batched('of-an-epoch'),
      mergeMap(of => of),
    ),
  ),
];

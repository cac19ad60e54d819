/** A release with a fault that belongs to no record: the task stops, and every start after it stops again. */
import { map, mergeMap, pipe } from 'rxjs';
import { atEnds, type Reading } from './readings.ts';

const hottest = (of: readonly Reading[]): Reading[] => {
  const reading = of.find(({ celsius }) => celsius > 1_000);
  if (reading === undefined) throw new Error('no reading is hotter than a furnace');
  return [reading];
};

export const topologies = [
  atEnds(task =>
    pipe(
      task.batched('of-an-epoch'),
      map(hottest),
      mergeMap(found => found),
    ),
  ),
];

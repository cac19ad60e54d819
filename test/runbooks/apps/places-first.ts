/** The release that knows sensors with a number only. */
import { place } from './readings.ts';

export const topologies = [
  place(sensor => {
    const [place_, number] = sensor.split('/');
    if (place_ === undefined || number === undefined) throw new Error(`sensor '${sensor}' names no place`);
    return place_;
  }),
];

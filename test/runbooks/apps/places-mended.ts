/** The release after it, which takes a sensor without a number for a place. */
import { place } from './readings.ts';

export const topologies = [place(sensor => sensor.split('/')[0] ?? sensor)];

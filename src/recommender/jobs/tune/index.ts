/** The search for hyper-parameters. */
export { fragment } from './fragment.ts';
export { ratingsOfLog } from './log-ratings.ts';
export { tune, type Progress, type Tuning } from './tune.ts';

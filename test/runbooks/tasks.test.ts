/** The runbooks of lag, event time and starts: see runbooks.ts. */
import { describeTrials } from './trials.ts';

describeTrials(['MillraceLagGrowing', 'MillraceWatermarkStuck', 'MillraceTaskRestartLoop']);

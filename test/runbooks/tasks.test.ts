/** The runbooks of metrics, lag, event time and starts: see runbooks.ts. */
import { describeTrials } from './trials.ts';

describeTrials(['MillraceNotScraped', 'MillraceLagGrowing', 'MillraceWatermarkStuck', 'MillraceTaskRestartLoop']);

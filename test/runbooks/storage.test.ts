/** The runbooks of what a deployment stands on: see runbooks.ts. */
import { describeTrials } from './trials.ts';

describeTrials(['MillraceTaskWaiting', 'MillraceDocumentsThrottled', 'MillraceDiskNearFull']);

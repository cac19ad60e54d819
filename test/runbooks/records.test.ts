/** The runbooks of records that are not learnt, or learnt badly: see runbooks.ts. */
import { describeTrials } from './trials.ts';

describeTrials(['MillraceDeadLetters', 'MillraceModelStale', 'MillraceQualityDrop']);

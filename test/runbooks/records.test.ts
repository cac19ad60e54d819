/** The runbooks of records that are not learnt: see runbooks.ts. */
import { describeTrials } from './trials.ts';

describeTrials(['MillraceDeadLetters', 'MillraceModelStale']);

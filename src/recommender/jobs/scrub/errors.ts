import { MillraceError } from '../../../errors.ts';

/** Something has to happen before, or somewhere else: nothing was changed. */
export class ScrubRefused extends MillraceError {
  readonly code = 'SCRUB_REFUSED';
}

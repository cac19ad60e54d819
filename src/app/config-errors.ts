import { MillraceError } from '../errors.ts';

/** A setting is not what it may be, or nobody knows it; the message names where it stands. */
export class InvalidConfiguration extends MillraceError {
  readonly code = 'INVALID_CONFIGURATION';
}

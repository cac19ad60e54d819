import { MillraceError } from '../../../errors.ts';

/** The broker lacks something that Millrace needs. */
export class Lacks extends MillraceError {
  readonly code = 'LACKS';
}

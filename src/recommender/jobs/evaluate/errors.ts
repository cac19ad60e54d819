import { MillraceError } from '../../../errors.ts';

/** Files or options that no evaluation can be made of. */
export class EvaluateInput extends MillraceError {
  readonly code = 'EVALUATE_INPUT';
}

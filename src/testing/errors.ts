import { MillraceError } from '../errors.ts';

/** A topology under test has failed, or was asked what it cannot do. The cause is the task's own error. */
export class TopologyTestError extends MillraceError {
  readonly code = 'TOPOLOGY_TEST';
}

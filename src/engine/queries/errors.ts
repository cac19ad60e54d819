import { MillraceError } from '../../errors.ts';

/** Nothing of that name keeps state that can be asked for. */
export class UnknownState extends MillraceError {
  readonly code = 'UNKNOWN_STATE';
}

/** The state is there, and what is asked of it would take too long or cannot be read for now. */
export class StateNotReadable extends MillraceError {
  readonly code = 'STATE_NOT_READABLE';
}

/** Nobody who could answer for the task can be reached from here. */
export class NotTheOwner extends MillraceError {
  readonly code = 'NOT_THE_OWNER';
  constructor(task: string, why: string) {
    super(`${task} cannot be asked here: ${why}`, 'Ask again in a moment: a task that moves is soon owned again');
  }
}

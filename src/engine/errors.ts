import { MillraceError } from '../errors.ts';

/** A topology that cannot be built: found before the first record. */
export class BuildError extends MillraceError {
  readonly code = 'BUILD_ERROR';
}

/** The task cannot go on by itself and has stopped; nothing of the failed epoch was emitted. */
export class TaskStopped extends MillraceError {
  readonly code = 'TASK_STOPPED';
}

/** A producer's sequence has a hole: records were lost between it and this task. */
export class SequenceGap extends MillraceError {
  readonly code = 'SEQUENCE_GAP';
}

/** The log no longer holds what a checkpoint or a plan refers to, or holds something else there. */
export class LogChanged extends MillraceError {
  readonly code = 'LOG_CHANGED';
}

/** The journal of a task ends before what the task has written: the documents were lost, or are those of a backup. */
export class JournalBehind extends MillraceError {
  readonly code = 'JOURNAL_BEHIND';
}

/** The stored state belongs to another build of the topology. */
export class IncompatibleState extends MillraceError {
  readonly code = 'INCOMPATIBLE_STATE';
}

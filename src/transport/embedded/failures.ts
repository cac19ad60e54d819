import { MillraceError, Unavailable } from '../../errors.ts';

/** The file is no embedded log, one of another version, or damaged: waiting does not help. */
export class LogUnusable extends MillraceError {
  readonly code = 'LOG_UNUSABLE';
}

/** The log was used after `close()`. */
export class LogClosed extends MillraceError {
  readonly code = 'LOG_CLOSED';
  constructor(path: string) {
    super(`The embedded log ${path} is closed`, 'Open it again, or end what uses it before it is closed');
  }
}

/** A topic that no broker would create. */
export class InvalidTopic extends MillraceError {
  readonly code = 'INVALID_TOPIC';
}

/** SQLite's primary result codes for what passes or can be put right, see https://sqlite.org/rescode.html */
const passing = new Map([
  [5, 'Another process keeps writing to it: find it, or let it finish'],
  [6, 'Another statement keeps it locked: let it finish'],
  [7, 'Give the process more memory'],
  [8, 'Allow this user to write to the file and its folder'],
  [10, 'Check the disk and how it is mounted'],
  [13, 'Free space on the disk, or set a retention for the topics'],
  [14, 'Create its folder, and allow this user to write there'],
]);
const damaged = new Map([
  [11, 'The file is damaged: restore it from a copy, or begin again with a fresh file'],
  [26, 'The file is no database: give the path of an embedded log, or of a file that does not exist yet'],
]);

/** What an error of SQLite means to the user of the log; anything else is answered as it is. */
export function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const primary = error.errcode & 0xff;
  const what = `The embedded log ${path}: ${error.message} (SQLite ${error.errcode})`;
  const passes = passing.get(primary);
  if (passes !== undefined) return new Unavailable(what, passes, { cause: error });
  const lasts = damaged.get(primary);
  return lasts === undefined ? error : new LogUnusable(what, lasts, { cause: error });
}

/**
 * Every error that Millrace throws on purpose: a stable code for scripts, what happened and where,
 * and what to do about it.
 */
export abstract class MillraceError extends Error {
  abstract readonly code: string;
  /** What the reader of the message should do next. */
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(`${what}. ${remedy}`, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** A port cannot do its work now and may later: the engine waits and tries again, for ever. */
export class Unavailable extends MillraceError {
  readonly code = 'UNAVAILABLE';
}

/** Another worker has taken the task over: this one must stop and may not write any more. */
export class Fenced extends MillraceError {
  readonly code = 'FENCED';
}

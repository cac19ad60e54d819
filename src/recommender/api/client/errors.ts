import { MillraceError } from '../../../errors.ts';

/** The server refused, and said why in a problem of its own (RFC 9457). */
export class Refused extends MillraceError {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, detail: string) {
    super(detail, status >= 500 ? 'Try again in a moment' : 'Ask for something else');
    this.code = code;
    this.status = status;
  }
}

/** No answer came, or one that is no answer of this API. */
export class Unreachable extends MillraceError {
  readonly code = 'UNREACHABLE';
  constructor(cause: unknown) {
    super('The server does not answer', 'See whether it runs, then try again', { cause });
  }
}

/** A live event is not what this client was made for. */
export class UnreadableEvent extends MillraceError {
  readonly code = 'UNREADABLE_EVENT';
  constructor(what: string) {
    super(`A live event cannot be read: ${what}`, 'Load the page again: the server may be of another version');
  }
}

import { MillraceError } from '../../../errors.ts';

/** What a server says beside status, code and detail when it refuses. */
export interface RefusalDetails {
  /** Short, for people; the same for every refusal of a status. */
  readonly title?: string | undefined;
  /** A URI of the kind of problem; `about:blank` where the title says it all. */
  readonly type?: string | undefined;
  /** Milliseconds to wait before asking again, where the server told them. */
  readonly retryAfter_ms?: number | undefined;
}

/** The server refused, and said why in a problem of its own (RFC 9457). `code` is stable, for programs. */
export class Refused extends MillraceError {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly type: string;
  readonly detail: string;
  readonly retryAfter_ms: number | undefined;
  constructor(status: number, code: string, detail: string, details: RefusalDetails = {}) {
    super(detail, status >= 500 || status === 429 ? 'Try again in a moment' : 'Ask for something else');
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.title = details.title ?? '';
    this.type = details.type ?? 'about:blank';
    this.retryAfter_ms = details.retryAfter_ms;
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

/** The server took longer than it was given. What was asked may have been done all the same. */
export class TimedOut extends MillraceError {
  readonly code = 'TIMED_OUT';
  constructor(limit_ms: number, cause: unknown) {
    super(`There was no whole answer within ${limit_ms} ms`, 'Try again, or allow more by `limit_ms`', { cause });
  }
}

/** The client was made with options that cannot be meant. */
export class InvalidClient extends MillraceError {
  readonly code = 'INVALID_CLIENT';
}

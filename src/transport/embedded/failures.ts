import { MillraceError } from '../../errors.ts';

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

/** A topic that this connection had in use was removed by another. */
export class TopicRemoved extends MillraceError {
  readonly code = 'TOPIC_REMOVED';
  constructor() {
    super(
      'A topic in use was removed from the embedded log by another process',
      'It may belong to a namespace that was dropped: end what still runs in it',
    );
  }
}

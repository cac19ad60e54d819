import { MillraceError } from '../../errors.ts';

/** A request that cannot be answered as it is: becomes a problem+json with this status and code. */
export abstract class RequestRefused extends MillraceError {
  abstract readonly status: number;
}

/** Parameters, query or body are not of the shape that the API describes. */
export class InvalidRequest extends RequestRefused {
  readonly code = 'INVALID_REQUEST';
  readonly status = 400;
}

/** The shape is right, but such an event does not count. */
export class InvalidRating extends RequestRefused {
  readonly code = 'INVALID_RATING';
  readonly status = 422;
}

/** The shape is right, but nothing can have been shown so. */
export class InvalidExposure extends RequestRefused {
  readonly code = 'INVALID_EXPOSURE';
  readonly status = 422;
}

/** No server with this key has answered such a list to this user. */
export class UnknownList extends RequestRefused {
  readonly code = 'UNKNOWN_LIST';
  readonly status = 422;
  constructor() {
    super(
      'No list of this id was answered to this user with these items',
      'Report `listId` and all items of the list as they were answered, in their order; ask for the list again where the server was started anew',
    );
  }
}

/** Nobody has made the topic that reports go into. */
export class ExposuresMissing extends RequestRefused {
  readonly code = 'EXPOSURES_MISSING';
  readonly status = 503;
  constructor(cause: unknown) {
    super('The log has no topic for what was shown', 'Create it: `millrace topics create`, or start the engine', {
      cause,
    });
  }
}

/** No server with this key has answered such a receipt. */
export class UnknownErasure extends RequestRefused {
  readonly code = 'UNKNOWN_ERASURE';
  readonly status = 404;
  constructor() {
    super(
      'No erasure has this receipt',
      'Give the receipt as it was answered, and all servers one key (`serving.listKey`): without it receipts end with the server',
    );
  }
}

export class UnknownItem extends RequestRefused {
  readonly code = 'UNKNOWN_ITEM';
  readonly status = 404;
  constructor() {
    super('No item has this id', 'Take an id that a list or the catalogue names');
  }
}

/** A server without authentication answers this machine only, also where a name elsewhere was bent to it. */
export class HostRefused extends RequestRefused {
  readonly code = 'HOST_REFUSED';
  readonly status = 421;
  constructor() {
    super('The server answers requests to this machine only', 'Address it as localhost or 127.0.0.1');
  }
}

/** More items than the server may hold in memory. */
export class TooManyItems extends RequestRefused {
  readonly code = 'TOO_MANY_ITEMS';
  readonly status = 503;
  constructor(most: number) {
    super(`There are more than ${most} items`, 'Raise `serving.mostItems`');
  }
}

/** More users than the directory may hold. */
export class TooManyUsers extends RequestRefused {
  readonly code = 'TOO_MANY_USERS';
  readonly status = 503;
  constructor(most: number) {
    super(`There are more than ${most} users`, 'Raise `serving.mostUsers`');
  }
}

/** As many pages watch the live figures as may at a time. */
export class TooManyWatchers extends RequestRefused {
  readonly code = 'TOO_MANY_WATCHERS';
  readonly status = 503;
  constructor(most: number) {
    super(`${most} connections watch already`, 'Close one, or ask again later');
  }
}

/** A document is not what its topology writes. */
export class UnreadableDocument extends MillraceError {
  readonly code = 'UNREADABLE_DOCUMENT';
}

/** Something else listens where the server was to listen. */
export class PortTaken extends MillraceError {
  readonly code = 'PORT_TAKEN';
  constructor(host: string, port: number, cause: unknown) {
    super(
      `Port ${port} of ${host} is taken by another process`,
      `End that process, or choose another port: PORT=${port === 65_535 ? 8080 : port + 1}`,
      { cause },
    );
  }
}

/** The pages have not been built. */
export class PagesMissing extends MillraceError {
  readonly code = 'PAGES_MISSING';
  constructor(folder: string) {
    super(`There are no pages in ${folder}`, 'Build them: npm run build');
  }
}

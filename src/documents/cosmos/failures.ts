/** What errors of the service and its library mean: some pass, some are refusals, and each says what to do. */
import { MillraceError, Unavailable } from '../../errors.ts';

/** What the adapter was opened with cannot be right. */
export class InvalidCosmosSettings extends MillraceError {
  readonly code = 'INVALID_COSMOS_SETTINGS';
}

export class NoCosmosContainer extends MillraceError {
  readonly code = 'NO_COSMOS_CONTAINER';
  constructor(where: string) {
    super(`${where} does not exist`, 'Create it with `millrace documents create`, or with your infrastructure');
  }
}

export class CosmosRefused extends MillraceError {
  readonly code = 'COSMOS_REFUSED';
  constructor(where: string, why: string) {
    super(
      `${where} refuses this process: ${why}`,
      "Give its identity the data plane's role 'Cosmos DB Built-in Data Contributor', or mend the key",
    );
  }
}

export class DocumentTooLarge extends MillraceError {
  readonly code = 'DOCUMENT_TOO_LARGE';
  constructor(what: string) {
    super(`${what} is larger than the 2 MB that Cosmos DB holds`, 'Split it, or make its epochs and bodies smaller');
  }
}

export class UnexpectedAnswer extends MillraceError {
  readonly code = 'UNEXPECTED_ANSWER';
  constructor(where: string, why: string) {
    super(`${where} answered what nobody expects: ${why}`, 'See what the answer says');
  }
}

export const status = {
  notModified: 304,
  badRequest: 400,
  notFound: 404,
  conflict: 409,
  changed: 412,
  tooLarge: 413,
} as const;

/** Says of a 404 that the container is missing, not the item. */
export const ownerMissing = 1_003;

/** Thrown in place of a connection's own errors, so that the library leaves repeating to us. */
export const unreachable = 'UNREACHABLE';

const passing = new Set<unknown>([408, 410, 424, 429, 449, 500, 502, 503, 504, unreachable, 'TimeoutError']);

/** What is answered in place of a result: a status, or the name of a failed connection. */
export const codeOf = (error: unknown): unknown => {
  const answer = causeOf(error);
  return isRecord(answer) ? answer['code'] : undefined;
};

/** The library wraps what a bulk request met. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined && !('code' in error) ? error.cause : error;
}

export const passes = (code: unknown): boolean => passing.has(code);

/** How long the service asks us to wait, in milliseconds. */
export function askedWait(error: unknown): number | undefined {
  const answer = causeOf(error);
  if (!isRecord(answer)) return undefined;
  const { retryAfterInMs, headers } = answer;
  // Of what a reader of the change feed met the library passes on the headers, and not what it has read of them.
  const wait = retryAfterInMs ?? (isRecord(headers) ? Number(headers['x-ms-retry-after-ms'] ?? NaN) : undefined);
  return typeof wait === 'number' && wait >= 0 ? wait : undefined;
}

/** A session of ours that a replica has not reached: it is a matter of time. */
const sessionNotAvailable = 1_002;

class SessionNotAvailable extends Error {
  readonly code = status.notFound;
  readonly substatus = sessionNotAvailable;
  constructor() {
    super('a replica has not seen yet what this process has written or read');
  }
}

/**
 * What an item's read was answered. The library throws no 404 of such a read, whatever its substatus: a replica that has
 * not reached our session does not say that there is no item, and is to be asked again.
 */
export function inSession<R extends { readonly statusCode: number; readonly substatus?: number }>(answer: R): R {
  if (answer.statusCode === status.notFound && answer.substatus === sessionNotAvailable)
    throw new SessionNotAvailable();
  return answer;
}

export function isPassing(error: unknown): boolean {
  const answer = causeOf(error);
  if (isTokenFailure(error))
    return attemptsIn(error).some(attempt => isRecord(attempt) && passes(attempt['statusCode']));
  if (!isRecord(answer)) return false;
  return passes(answer['code']) || (answer['code'] === status.notFound && answer['substatus'] === sessionNotAvailable);
}

/**
 * What the port says of an error. The error itself is not passed on as its cause: it holds the request, and that holds
 * a signature or a token.
 */
export function asPortError(error: unknown, where: string): unknown {
  if (error instanceof MillraceError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const why = whyOf(error, code);
  if (isPassing(error)) return away(where, why);
  if (code === status.notFound) return new NoCosmosContainer(where);
  if (code === 401 || code === 403 || isTokenFailure(error)) return new CosmosRefused(where, why);
  if (code === status.tooLarge) return new DocumentTooLarge(`What is written to ${where}`);
  return code === undefined ? error : new UnexpectedAnswer(where, why);
}

export const away = (where: string, why: string): Unavailable =>
  new Unavailable(
    `${where} is away: ${why}`,
    'It is tried again; check its address, network and throughput if that lasts',
  );

const longest = 300;

function whyOf(error: Error, code: unknown): string {
  const [line = ''] = error.message.split(/[\r\n]/);
  const safe = line.replaceAll(/(sig|AccountKey|authorization)=[^&;\s]+/gi, '$1=***');
  return [code, safe]
    .filter(part => part !== undefined && part !== '')
    .join(': ')
    .slice(0, longest)
    .replace(/\.$/, '');
}

/** Errors of @azure/identity, which is loaded only where it is used: known by name. */
const isTokenFailure = (error: unknown): error is Error =>
  error instanceof Error &&
  ['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError'].includes(error.name);

const attemptsIn = (error: Error): readonly unknown[] =>
  'errors' in error && Array.isArray(error.errors) ? error.errors : [error];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

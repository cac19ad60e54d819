import { RestError } from '@azure/storage-blob';
import { MillraceError, Unavailable } from '../../errors.ts';

/** What the adapter was opened with cannot be right. */
export class InvalidBlobSettings extends MillraceError {
  readonly code = 'INVALID_BLOB_SETTINGS';
}

export class NoContainer extends MillraceError {
  readonly code = 'NO_CONTAINER';
  constructor(container: string) {
    super(
      `The container ${container} for snapshots does not exist`,
      'Create it with your infrastructure, or let it be created with `blob.createContainer: true`',
    );
  }
}

export class ContainerRefused extends MillraceError {
  readonly code = 'CONTAINER_REFUSED';
  constructor(container: string, why: string) {
    super(
      `The container ${container} for snapshots refuses this process: ${why}`,
      "Give its identity the role 'Storage Blob Data Contributor' on the container, or mend the key",
    );
  }
}

/** A writer whose blocks were taken away, since another one has published or removed the same name meanwhile. */
const blocksLost = 'InvalidBlockList';
const mayPass = new Set([408, 425, 429, 500, 502, 503, 504]);
const beingDeleted = 'ContainerBeingDeleted';

/** What an answer says: the service's own name for it, such as `BlobNotFound`; an answer to HEAD has it in its head only. */
const answerOf = (error: unknown): string | undefined =>
  error instanceof RestError ? (error.code ?? error.response?.headers.get('x-ms-error-code')) : undefined;

/** The name is taken. Azure says the first of a write, the second of a condition. */
export const isTaken = (error: unknown): boolean =>
  answerOf(error) === 'BlobAlreadyExists' || answerOf(error) === 'ConditionNotMet';

export const isNotThere = (error: unknown): boolean => answerOf(error) === 'BlobNotFound';

export const hasNoContainer = (error: unknown): boolean => answerOf(error) === 'ContainerNotFound';

/**
 * What the port says of an error. The error itself is not passed on as its cause: it holds the request, and that holds
 * a signature or a token.
 */
export function asPortError(error: unknown, container: string): unknown {
  if (error instanceof MillraceError || !(error instanceof Error)) return error;
  const why = whyOf(error);
  if (hasNoContainer(error)) return new NoContainer(container);
  if (isPassing(error)) return new Unavailable(`The container ${container} for snapshots is away: ${why}`, waits);
  if (isRefusal(error)) return new ContainerRefused(container, why);
  return isOfTheService(error) ? new UnexpectedAnswer(container, why) : error;
}

class UnexpectedAnswer extends MillraceError {
  readonly code = 'UNEXPECTED_ANSWER';
  constructor(container: string, why: string) {
    super(`The container ${container} for snapshots answered what nobody expects: ${why}`, 'See what the answer says');
  }
}

const waits = 'It is tried again; check its address and the network if that lasts';

function isPassing(error: Error): boolean {
  if (isTokenFailure(error)) return attemptsIn(error).some(isPassingAttempt);
  if (error.name === 'AbortError') return true;
  if (!(error instanceof RestError)) return false;
  if (answerOf(error) === blocksLost || answerOf(error) === beingDeleted) return true;
  return error.statusCode === undefined || mayPass.has(error.statusCode);
}

/** A service of tokens that is away, not an identity that has no right. */
const isPassingAttempt = (attempt: unknown): boolean =>
  typeof attempt === 'object' &&
  attempt !== null &&
  'statusCode' in attempt &&
  typeof attempt.statusCode === 'number' &&
  mayPass.has(attempt.statusCode);

const isRefusal = (error: Error): boolean =>
  isTokenFailure(error) || (error instanceof RestError && (error.statusCode === 401 || error.statusCode === 403));

/** Errors of @azure/identity, which is loaded only where it is used: known by name. */
const isTokenFailure = ({ name }: Error): boolean =>
  name === 'AuthenticationError' || name === 'AggregateAuthenticationError' || name === 'CredentialUnavailableError';

/** The attempts that a chain of credentials has made, or the one. */
function attemptsIn(error: Error): readonly unknown[] {
  return 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
}

const isOfTheService = (error: Error): boolean => error instanceof RestError;

const longest = 300;

/** The first line, without any signature that it may quote. */
function whyOf(error: Error): string {
  const [line = ''] = error.message.split('\n');
  const safe = line.replaceAll(/(sig|AccountKey|SharedAccessSignature)=[^&;\s]+/gi, '$1=***');
  return [answerOf(error), safe]
    .filter(part => part !== undefined && part !== '')
    .join(': ')
    .slice(0, longest)
    .replace(/\.$/, '');
}

import { MillraceError } from '../errors.ts';

/** A function of the topology answered something that no store could give back as it was. */
export class InvalidKey extends MillraceError {
  readonly code = 'INVALID_KEY';
}

/**
 * The key as it is, or `InvalidKey`: found while its record is being pushed, so that the record becomes a dead
 * letter; in the middle of a flush or a checkpoint it would stop the task.
 */
export function checkedKey(what: string, key: unknown): string {
  if (typeof key === 'string' && key.isWellFormed()) return key;
  const shown = typeof key === 'string' ? JSON.stringify(key) : `a ${typeof key}`;
  throw new InvalidKey(`${what} is ${shown}`, 'Let the topology make a well-formed string of it');
}

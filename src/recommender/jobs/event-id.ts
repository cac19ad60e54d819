import { createHash } from 'node:crypto';

/** 72 bits: among 100 million events, the chance that any two share an id is one in a million. */
const idBytes = 9;

/** An id that follows from what the event says: whoever says the same again, sends the same event. */
export const eventIdOf = (...content: readonly (string | number)[]): string =>
  // JSON keeps ['a', 'bc'] and ['ab', 'c'] apart.
  createHash('sha256').update(JSON.stringify(content)).digest().subarray(0, idBytes).toString('base64url');

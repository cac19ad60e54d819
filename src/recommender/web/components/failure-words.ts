/** What is said of something that did not work: what happened, and what to do. Pure. */
import { Refused, Unreachable } from '../../api/client/errors.ts';
import { many } from '../dashboard/format.ts';

/** @param isOnline whether the browser itself is connected to anything */
export function failureWords(error: unknown, isOnline: boolean): string {
  if (error instanceof Refused) return refusalWords(error);
  if (error instanceof Unreachable && !isOnline)
    return 'You are offline. Connect again: what you see stays, and the page goes on by itself.';
  return error instanceof Error ? error.message : String(error);
}

function refusalWords({ status, code, message, detail, retryAfter_ms }: Refused): string {
  if (ownCodes.has(code)) return message;
  const soon =
    retryAfter_ms === undefined ? 'in a moment' : `in ${many(Math.max(1, Math.ceil(retryAfter_ms / 1_000)), 'second')}`;
  switch (status) {
    case 401:
      return 'You are not signed in any more. Sign in again to go on.';
    case 403:
      return 'That is not yours to see or to change. Sign in as whoever it belongs to.';
    case 429:
      return `That was too much at once. Try again ${soon}.`;
    case 503:
      return `The server cannot do that just now${code === 'UNAVAILABLE' ? '' : `: ${plain(detail)}`}. Try again ${soon}.`;
    default:
      return message;
  }
}

/** What a server says of itself, as a part of a sentence of ours: one line, and not endless. */
function plain(detail: string): string {
  const line = detail.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return (line.length > longest ? `${line.slice(0, longest)}…` : line).replace(/\.$/, '');
}

const longest = 240;

/** Refusals of the signing in itself say all that there is to say. */
const ownCodes = new Set(['SIGN_IN_REFUSED', 'NO_SHOPPER']);

/** The name of a request on its way through several programs: its sender's, or one of ours. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Header of requests and of answers. */
export const requestIdHeader = 'x-request-id';

/** The id that the request brings where it is well-formed, else a new one: it stands in headers and lines of the log. */
export function requestIdOf({ headers }: { readonly headers: IncomingHttpHeaders }): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

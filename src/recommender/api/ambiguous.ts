/** Requests that a proxy in front could read otherwise than the server does: refused before anything is read of them. */
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidRequest } from './errors.ts';
import { problemOf } from './problem.ts';

/** RFC 9110, section 10.1.1, and RFC 9112, sections 3.2 and 3.2.2. */
export function refuseAmbiguous(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => done(ambiguityOf(raw)));
  app.server.on('checkExpectation', refuseExpectation);
}

function ambiguityOf(request: IncomingMessage): InvalidRequest | undefined {
  const twice = saidTwice(request.rawHeaders);
  if (twice !== undefined) return new InvalidRequest(`The header ${twice} is there twice`, 'Send it once');
  if (isOfItsHost(request)) return undefined;
  return new InvalidRequest('The target names another host than the header', 'Send the path alone as the target');
}

const single = new Set(['host', 'authorization']);

/** Of a header of which there can be one; the server would take the first, and others the last. */
function saidTwice(rawHeaders: readonly string[]): string | undefined {
  let seen = '';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { length } = rawHeaders[at] ?? '';
    if (length !== 4 && length !== 13) continue;
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!single.has(name)) continue;
    if (seen.includes(name)) return name;
    seen += ` ${name}`;
  }
  return undefined;
}

/** A target in absolute form says of what host it is asked, in place of the header. */
function isOfItsHost({ url = '', headers: { host = '' } }: IncomingMessage): boolean {
  if (url.startsWith('/') || url === '*') return true;
  return URL.parse(url)?.host === URL.parse(`http://${host}`)?.host;
}

function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = problemOf(417, 'EXPECTATION_FAILED', 'Nothing but 100-continue can be expected');
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
}

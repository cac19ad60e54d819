/** The server's side of HTTP: limits, headers, who is let in, and every refusal as a problem. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { RateLimited } from './auth/rate-limited.ts';
import type { Admission } from './auth/admission.ts';
import { refuseAmbiguous } from './ambiguous.ts';
import { isLoopback } from './auth/loopback.ts';
import type { Endpoint } from './endpoint.ts';
import { HostRefused } from './errors.ts';
import { problemFor, problemOf } from './problem.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { noRequestLog, RequestLog, type RequestLogOptions } from './request-log.ts';
import { securityHeaders } from './security-headers.ts';
import { bodyLimit, type Problem } from './wire.ts';

export interface HttpOptions {
  /** Address to listen on. */
  readonly host: string;
  /** Other sites whose pages may ask. */
  readonly origins: readonly string[];
  /** Proxies whose word on where a request came from is taken. */
  readonly trustedProxies: readonly string[];
  /** Connections at a time; more are closed at once. */
  readonly connections: number;
  /** Origins besides our own that our pages may ask: that of an issuer which signs them in. */
  readonly pagesMayAsk?: readonly string[];
  readonly patience?: Patience;
}

/** How long a request may take to come: nobody holds a connection by sending slowly. */
export interface Patience {
  readonly headers_ms: number;
  readonly request_ms: number;
  /** How often it is looked who does. */
  readonly look_ms: number;
}

const usualPatience: Patience = { headers_ms: 10_000, request_ms: 30_000, look_ms: 2_000 };

export const defaultHttp: HttpOptions = { host: '127.0.0.1', origins: [], trustedProxies: [], connections: 10_000 };

export interface HttpParts {
  readonly http: HttpOptions;
  readonly admission: Admission;
  /** Told what becomes of requests; nobody is where absent. */
  readonly log?: RequestLogOptions | undefined;
}

/** Bytes of all headers of a request: a token and room. */
const maxHeaderSize = 16 * 1_024;
/** Longer than any path that Node lets through: a long id shall be told that it is too long. */
const maxParamLength = 16 * 1_024;

export async function createHttp({ http, admission, log = noRequestLog }: HttpParts): Promise<FastifyInstance> {
  const { headers_ms, request_ms, look_ms } = http.patience ?? usualPatience;
  const security = await securityHeaders(http);
  const requestLog = new RequestLog(log);
  const app = fastify({
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit,
    requestTimeout: request_ms,
    http: { headersTimeout: headers_ms, connectionsCheckingInterval: look_ms, maxHeaderSize },
    routerOptions: { maxParamLength },
    trustProxy: http.trustedProxies.length === 0 ? false : [...http.trustedProxies],
    // No hook sees what cannot be routed.
    frameworkErrors: (error, request, reply) => {
      requestLog.unreadable(request.id, sendProblem(reply.headers(security), problemFor(error)));
    },
    clientErrorHandler: (error, socket) => {
      const requestId = randomUUID();
      requestLog.unreadable(requestId, refuseUnreadable(error, socket, requestId));
    },
  });
  app.server.maxConnections = http.connections;
  // Otherwise a page elsewhere could post a rating as text, which no browser asks leave for.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof RateLimited) void reply.header('retry-after', String(error.retryAfter_s));
    requestLog.refused(request, sendProblem(reply, problemFor(error)), error);
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(security).header(requestIdHeader, request.id);
    done();
  });
  requestLog.addTo(app);
  if (http.origins.length > 0) await app.register(cors, { ...corsRules, origin: [...http.origins] });
  refuseAmbiguous(app);
  if (isLoopback(http.host)) addHostCheck(app);
  addAdmission(app, admission);
  return app;
}

/** Credentials travel in a header that pages set, never in cookies. */
export const corsRules = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-none-match',
    'last-event-id',
    requestIdHeader,
  ],
  exposedHeaders: [
    'etag',
    'retry-after',
    'www-authenticate',
    'location',
    'deprecation',
    'sunset',
    'link',
    requestIdHeader,
  ],
  credentials: false,
  maxAge: 600,
};

/** A name elsewhere may be bent to loopback (DNS rebinding): its pages are not asked for their visitor's lists. */
function addHostCheck(app: FastifyInstance): void {
  app.addHook('onRequest', ({ hostname }, _reply, done) => {
    done(isLoopback(hostname) ? undefined : new HostRefused());
  });
}

/** Before a body is read: what nobody vouches for is not worth its memory. */
function addAdmission(app: FastifyInstance, admission: Admission): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async request => {
    const { headers, ip: address, url } = request;
    request.setDecorator('caller', await admission.of({ headers, address, url }));
  });
}

/** What is asked for that is not there, or not so. */
export function refuseUnknown(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const patterns = endpoints.map(endpoint => ({
    methods: hasHead(endpoint) ? `${endpoint.method}, HEAD` : endpoint.method,
    pattern: patternOf(endpoint.path),
  }));
  const refuse = ({ url }: { readonly url: string }, reply: FastifyReply): void => {
    const path = url.split('?', 1)[0] ?? '';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ methods }) => methods);
    if (allowed.length === 0) return void sendProblem(reply, problemOf(404, 'UNKNOWN_ROUTE', 'There is nothing here'));
    const allow = allowed.join(', ');
    void reply.header('allow', allow);
    sendProblem(reply, problemOf(405, 'METHOD_NOT_ALLOWED', `Use ${allow}`));
  };
  app.setNotFoundHandler(refuse);
  // Nothing is read of a body that nobody asked for; Fastify would even want to know of what type that of a QUERY is.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuse(request, reply);
    else done();
  });
}

/** What goes on for ever has no length to tell. */
export const hasHead = ({ method, mediaType }: Endpoint): boolean =>
  method === 'GET' && mediaType !== 'text/event-stream';

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/** Answers what it is. */
function sendProblem(reply: FastifyReply, problem: Problem): Problem {
  const { id: requestId, url } = reply.request;
  if (problem.status === 503) void reply.header('retry-after', '1');
  if (problem.status === 401) void reply.header('www-authenticate', challengeOf(problem));
  void reply.headers({ 'cache-control': 'no-store', [requestIdHeader]: requestId });
  void reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(isFrozen(url) ? problem : { ...problem, requestId }));
  return problem;
}

/** What v1 answers stays as it was: there the id is in the header only. */
const isFrozen = (url: string): boolean => url.startsWith('/v1/');

/** RFC 6750, section 3: who showed nothing is told of no error. */
const challengeOf = ({ code }: Problem): string =>
  code === 'CREDENTIALS_MISSING' ? 'Bearer realm="millrace"' : 'Bearer realm="millrace", error="invalid_token"';

/** What is no HTTP, or takes too long to become some: nothing of it has come to a route. */
function refuseUnreadable(error: Error, socket: Socket, requestId: string): Problem {
  const problem = unreadable.get(String(Reflect.get(error, 'code'))) ?? noHttp;
  const body = JSON.stringify({ ...problem, requestId });
  // Whoever sent it need not end its side, and may read nothing: the connection is not theirs to keep.
  setTimeout(() => socket.destroy(), lingering_ms).unref();
  if (!socket.writable) socket.destroy();
  else
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${problem.title}`,
        'content-type: application/problem+json',
        `content-length: ${Buffer.byteLength(body)}`,
        `${requestIdHeader}: ${requestId}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  return problem;
}

/** For the answer to arrive where there was more to come: a connection that is destroyed at once takes it back. */
const lingering_ms = 2_000;

const noHttp = problemOf(400, 'BAD_REQUEST', 'The request cannot be read');
const unreadable: ReadonlyMap<string, Problem> = new Map([
  ['HPE_HEADER_OVERFLOW', problemOf(431, 'HEADERS_TOO_LARGE', 'The headers have more than 16 KiB')],
  ['ERR_HTTP_REQUEST_TIMEOUT', problemOf(408, 'REQUEST_TIMEOUT', 'The request did not come to its end in time')],
]);

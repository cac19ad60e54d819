/** The API over HTTP. Until it knows who asks it listens on loopback only. */
import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Documents } from '../../documents/port.ts';
import type { Health } from '../../operations/health.ts';
import type { Millis } from '../../stream/time.ts';
import type { Transport } from '../../transport/port.ts';
import type { Endpoint } from './endpoint.ts';
import { endpointsOf, type MetricsSource } from './endpoints.ts';
import { HostRefused, PortTaken } from './errors.ts';
import { ItemLists } from './lists.ts';
import { problemFor, problemOf } from './problem.ts';
import { bodyLimit, type Problem } from './wire.ts';

export interface ServerOptions {
  readonly documents: Pick<Documents, 'get' | 'changes'>;
  readonly transport: Pick<Transport, 'partitions' | 'append'>;
  readonly clock: { now(): Millis };
  /** Draws an id for an event that comes without, for instance `randomUUID`. */
  readonly newEventId: () => string;
  readonly health: Health;
  readonly metrics: MetricsSource;
  /** Told of every error that nobody foresaw; the asker sees none of it. */
  readonly report: (error: unknown) => void;
  /** Item vectors held in memory at most; default 500,000. */
  readonly mostItems?: number;
}

export interface Server {
  /** For further routes (pages), before `listen`; and for `inject` in tests. */
  readonly app: FastifyInstance;
  readonly endpoints: readonly Endpoint[];
  /** Answers its address once it listens; port 0 takes any. Throws `PortTaken`. */
  listen(options: { readonly port: number }): Promise<string>;
  /** Answers what has been asked, then ends. */
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** Nobody holds a connection by sending slowly. */
const requestTimeout_ms = 30_000;
/** Longer than any path that Node lets through: a long id shall be told that it is too long. */
const maxParamLength = 16 * 1024;

export async function createServer(options: ServerOptions): Promise<Server> {
  const { documents, clock, mostItems, transport, newEventId, health, metrics } = options;
  const lists = new ItemLists({ documents, clock, mostItems });
  const endpoints = endpointsOf({ lists, ratings: { transport, clock, newEventId }, health, metrics });
  const app = fastify({
    bodyLimit,
    requestTimeout: requestTimeout_ms,
    routerOptions: { maxParamLength },
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, problemFor(error));
    },
  });
  // Otherwise a page elsewhere could post a rating as text, which no browser asks leave for.
  app.removeContentTypeParser('text/plain');
  await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  addRefusals(app, endpoints, options.report);
  for (const endpoint of endpoints) addRoute(app, endpoint);
  return { app, endpoints, listen: ({ port }) => listen(app, port), close: () => app.close() };
}

function addRoute(app: FastifyInstance, endpoint: Endpoint): void {
  const url = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app.route({
    method: endpoint.method,
    url,
    handler: async ({ params, query, body }, reply) => {
      const answer = await endpoint.run({ params, query, body });
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    },
  });
}

function addRefusals(app: FastifyInstance, endpoints: readonly Endpoint[], report: (error: unknown) => void): void {
  app.addHook('onRequest', async ({ hostname }) => {
    // A name elsewhere may be bent to loopback (DNS rebinding): its pages are not asked for their visitor's lists.
    if (!['localhost', host, '[::1]', '::1'].includes(hostname)) throw new HostRefused();
  });
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemFor(error);
    if (problem.status === 500) report(error);
    sendProblem(reply, problem);
  });
  const patterns = endpoints.map(({ path, method }) => ({ method, pattern: patternOf(path) }));
  app.setNotFoundHandler(({ url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (allowed.length === 0) return sendProblem(reply, problemOf(404, 'UNKNOWN_ROUTE', 'There is nothing here'));
    const allow = allowed.map(method => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
    void reply.header('allow', allow);
    sendProblem(reply, problemOf(405, 'METHOD_NOT_ALLOWED', `Use ${allow}`));
  });
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 503) void reply.header('retry-after', '1');
  void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE') throw new PortTaken(host, port, error);
    throw error;
  }
}

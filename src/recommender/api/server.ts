/** The API over HTTP. Until it knows who asks it listens on loopback only. */
import { Readable } from 'node:stream';
import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Documents } from '../../documents/port.ts';
import type { Health } from '../../operations/health.ts';
import type { LogPorts } from '../../stream/log-values.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import type { Transport } from '../../transport/port.ts';
import { defaultExploration, type Exploration } from '../domain/exploration.ts';
import { defaultSeen, type SeenPolicy } from '../domain/shelf.ts';
import type { Caller } from './auth/caller.ts';
import { type Gate, openGate } from './auth/gate.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointParts, endpointsOf, type MetricsSource } from './endpoints.ts';
import { HostRefused, PortTaken } from './errors.ts';
import { ItemDirectory } from './items.ts';
import { ItemVectors } from './item-vectors.ts';
import { ListIds } from './list-ids.ts';
import { ItemLists } from './lists.ts';
import { type LiveClock, LiveHub } from './live/hub.ts';
import type { LiveSource } from './live/source.ts';
import { type ModelQuality, modelQuality } from './model-quality.ts';
import { ModelHistory } from './model-history.ts';
import { OpenStreams } from './open-streams.ts';
import { problemFor, problemOf } from './problem.ts';
import { Stored } from './stored.ts';
import { StoredModel } from './stored-model.ts';
import { StreamTail } from './stream-tail.ts';
import { mostEvents, mostExposures } from './experiment.ts';
import { invalidExposure, invalidRating } from '../domain/validate.ts';
import { exposures, ratings } from '../../../topologies/streams.ts';
import { UnusedConnections } from './unused-connections.ts';
import { UserDirectory } from './users.ts';
import { bodyLimit, type Problem } from './wire.ts';

export interface ServerOptions {
  readonly documents: Pick<Documents, 'get' | 'changes' | 'list'>;
  readonly transport: Pick<Transport, 'partitions' | 'append'> & LogPorts['transport'];
  readonly registry: SchemaRegistry;
  readonly clock: LiveClock;
  /** Draws an id for an event that comes without, for instance `randomUUID`. */
  readonly newEventId: () => string;
  readonly health: Health;
  readonly metrics: MetricsSource;
  /** What goes on in this process or, where no engine runs in it, in the log; see `app/live.ts`. */
  readonly live: LiveSource;
  /** Told of every error that nobody foresaw; the asker sees none of it. */
  readonly report: (error: unknown) => void;
  /** Items held in memory at most, their vectors too; default 500,000. */
  readonly mostItems?: number;
  /** Users held in memory at most; default 500,000. */
  readonly mostUsers?: number;
  /** How new items get places in lists; by default they get none. */
  readonly exploration?: Exploration;
  /** What stays out of a user's lists; by default what the topology leaves out by default. */
  readonly seen?: SeenPolicy;
  /** Secret of all servers that are to know each other's lists where one is reported as shown. */
  readonly listKey: string;
  /** Says who asks; without it nobody is asked who they are. */
  readonly gate?: Gate;
}

export interface Server {
  /** For further routes (pages), before `listen`; and for `inject` in tests. */
  readonly app: FastifyInstance;
  readonly endpoints: readonly Endpoint[];
  /** Answers its address once it listens; port 0 takes any. Throws `PortTaken`. */
  listen(options: { readonly port: number }): Promise<string>;
  /**
   * Answers from another namespace from now on: each request, also one under way, wholly from the one or from the
   * other. Live streams end, and who watches asks again.
   */
  moveTo(from: Pick<ServerOptions, 'documents' | 'transport' | 'live'>): Promise<void>;
  /** How good the model is, as `/v2/models/quality` tells it; undefined before there is one. */
  quality(): Promise<ModelQuality | undefined>;
  /** Answers what has been asked and ends the live streams, then ends. */
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** Nobody holds a connection by sending slowly. */
const requestTimeout_ms = 30_000;
/** Longer than any path that Node lets through: a long id shall be told that it is too long. */
const maxParamLength = 16 * 1024;

/** Pages load nothing from elsewhere, and nothing that is written into them runs or styles them. */
const directives = { upgradeInsecureRequests: null, styleSrc: ["'self'"], fontSrc: ["'self'"], imgSrc: ["'self'"] };

export async function createServer(options: ServerOptions): Promise<Server> {
  let answering = answeringFrom(options);
  const { endpoints } = answering;
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
  await app.register(helmet, { contentSecurityPolicy: { directives } });
  addRefusals(app, endpoints, options.report);
  addGate(app, options.gate ?? openGate);
  const streams = new OpenStreams();
  const unused = new UnusedConnections(app.server);
  app.addHook('preClose', async () => {
    await answering.parts.hub.close();
    await streams.ended(options.clock);
    unused.close();
  });
  for (const [number, endpoint] of endpoints.entries())
    addRoute(app, endpoint, { streams, now: () => answering.endpoints[number] ?? endpoint });
  return {
    app,
    endpoints,
    listen: ({ port }) => listen(app, port),
    moveTo: async from => {
      const before = answering;
      answering = answeringFrom({ ...options, ...from });
      await before.parts.hub.close();
    },
    quality: () => modelQuality(answering.parts),
    close: () => app.close(),
  };
}

/** Everything that answers, of one namespace. The table of endpoints is the same for all. */
function answeringFrom(options: ServerOptions) {
  const parts = partsOf(options);
  return { parts, endpoints: endpointsOf(parts) };
}

function partsOf(options: ServerOptions): EndpointParts {
  const { documents, clock, mostItems, mostUsers, transport, registry, newEventId, health, metrics } = options;
  const stored = new Stored(documents);
  const log = { transport, registry };
  const history = new ModelHistory(log);
  const { live, report, exploration = defaultExploration, seen = defaultSeen } = options;
  const items = new ItemDirectory(documents, mostItems);
  const vectors = new ItemVectors(documents, mostItems);
  const listIds = new ListIds(options.listKey);
  return {
    stored,
    storedModel: new StoredModel(documents),
    clock,
    shown: new StreamTail(log, exposures, mostExposures, value => invalidExposure(value, Infinity) === undefined),
    events: new StreamTail(log, ratings, mostEvents, value => invalidRating(value, Infinity) === undefined),
    history,
    users: new UserDirectory(documents, mostUsers),
    items,
    vectors,
    lists: new ItemLists({ stored, items, vectors, clock, report, exploration, seen, listIds }),
    hub: new LiveHub({ documents, stored, history, live, clock, report }),
    ratings: { transport, clock, newEventId },
    exposures: { transport, registry, clock, listIds },
    health,
    metrics,
  };
}

interface RouteParts {
  readonly streams: OpenStreams;
  /** The endpoint as it answers at the moment. */
  readonly now: () => Endpoint;
}

function addRoute(app: FastifyInstance, endpoint: Endpoint, { streams, now }: RouteParts): void {
  const url = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app.route({
    method: endpoint.method,
    url,
    exposeHeadRoute: hasHead(endpoint),
    handler: async (request, reply) => {
      const { params, query, body } = request;
      const caller = request.getDecorator<Caller | undefined>('caller');
      const answer = await now().run({ params, query, body, caller });
      if (answer.body instanceof Readable) streams.add(reply.raw);
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    },
  });
}

/** What goes on for ever has no length to tell. */
const hasHead = ({ method, mediaType }: Endpoint): boolean => method === 'GET' && mediaType !== 'text/event-stream';

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
  const patterns = endpoints.map(endpoint => ({
    methods: hasHead(endpoint) ? `${endpoint.method}, HEAD` : endpoint.method,
    pattern: patternOf(endpoint.path),
  }));
  app.setNotFoundHandler(({ url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ methods }) => methods);
    if (allowed.length === 0) return sendProblem(reply, problemOf(404, 'UNKNOWN_ROUTE', 'There is nothing here'));
    const allow = allowed.join(', ');
    void reply.header('allow', allow);
    sendProblem(reply, problemOf(405, 'METHOD_NOT_ALLOWED', `Use ${allow}`));
  });
}

/** Before a body is read: what nobody vouches for is not worth its memory. */
function addGate(app: FastifyInstance, gate: Gate): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async request => {
    request.setDecorator('caller', await gate.callerOf(request.headers));
  });
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 503) void reply.header('retry-after', '1');
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="millrace"');
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

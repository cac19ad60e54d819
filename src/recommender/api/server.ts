/** The API over HTTP. */
import type { FastifyInstance } from 'fastify';
import type { SearchCounts } from '../../als/index.ts';
import type { Documents } from '../../documents/port.ts';
import type { Health } from '../../operations/health.ts';
import type { LogPorts } from '../../stream/log-values.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import type { Transport } from '../../transport/port.ts';
import { defaultExploration, type Exploration } from '../domain/exploration.ts';
import { defaultSeen, type SeenPolicy } from '../domain/shelf.ts';
import { Admission, type AdmissionOptions } from './auth/admission.ts';
import { openGate } from './auth/gate.ts';
import { Answering } from './answering.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointParts, MetricsSource } from './endpoints.ts';
import { PortTaken, TooManyUsers } from './errors.ts';
import { createHttp, defaultHttp, type HttpOptions, refuseUnknown } from './http.ts';
import type { Tracing } from '../../operations/tracing/tracing.ts';
import { addRequestSpans } from './request-spans.ts';
import type { RequestLogOptions } from './request-log.ts';
import { addRoute } from './route.ts';
import { type EngineSource, noEngine } from './engine-source.ts';
import { Idempotency } from './idempotency.ts';
import { ItemDirectory } from './items.ts';
import { ItemLookup } from './item-lookup.ts';
import { ErasureReceipts } from './erasure-receipts.ts';
import { ItemVectors } from './item-vectors.ts';
import { type Learnt, LearntOffsets } from './learnt.ts';
import { LearntLists } from './learnt-lists.ts';
import { ListIds } from './list-ids.ts';
import { ItemLists } from './lists.ts';
import { LiveHub } from './live/hub.ts';
import { ListHub } from './live/list-hub.ts';
import type { LiveSource } from './live/source.ts';
import type { LiveClock } from './live/watchers.ts';
import { type ModelQuality, modelQuality } from './model-quality.ts';
import { ModelHistory } from './model-history.ts';
import { versionsKept } from './orders/progress.ts';
import { OpenStreams } from './open-streams.ts';
import { Stored } from './stored.ts';
import { StoredModel } from './stored-model.ts';
import { StreamTail } from './stream-tail.ts';
import { mostEvents, mostExposures } from './experiment.ts';
import { invalidExposure, invalidRating } from '../domain/validate.ts';
import { exposures, modelVersions, ratings } from '../../../topologies/streams.ts';
import { TenantDocuments } from './tenant-documents.ts';
import { UnusedConnections } from './unused-connections.ts';
import { UserDirectory } from './users.ts';

export interface ServerOptions {
  readonly documents: Pick<Documents, 'get' | 'text' | 'isCurrent' | 'changes' | 'feedEnd' | 'list' | 'put'>;
  readonly transport: Pick<Transport, 'partitions' | 'append' | 'grown' | 'committed'> & LogPorts['transport'];
  readonly registry: SchemaRegistry;
  readonly clock: LiveClock;
  /** Draws an id for an event that comes without, for instance `randomUUID`. */
  readonly newEventId: () => string;
  readonly health: Health;
  readonly metrics: MetricsSource;
  /** What goes on in this process or, where no engine runs in it, in the log; see `app/live.ts`. */
  readonly live: LiveSource;
  /** The topologies of the deployment and their state; none where absent. */
  readonly engine?: EngineSource;
  /** Told what becomes of requests; nobody is where absent. */
  readonly log?: RequestLogOptions;
  /** Told of what fails beside the requests; no asker sees any of it. */
  readonly report: (error: unknown) => void;
  /** Items held in memory at most, their vectors too; default 500,000. */
  readonly mostItems?: number;
  /** Users held in memory at most; default 500,000. */
  readonly mostUsers?: number;
  /** Told how each search for the best of all items went. */
  readonly searches?: SearchCounts;
  /** How new items get places in lists; by default they get none. */
  readonly exploration?: Exploration;
  /** What stays out of a user's lists; by default what the topology leaves out by default. */
  readonly seen?: SeenPolicy;
  /** Secret of all servers that are to know each other's lists where one is reported as shown. */
  readonly listKey: string;
  /** What it was before: lists and receipts of then are still known. */
  readonly formerListKeys?: readonly string[];
  /** Bytes of answers that are remembered at most, estimated; default 64 MiB. */
  readonly remembered_bytes?: number;
  /** Says who asks, and how often they may; without it nobody is asked who they are. */
  readonly access?: Pick<AdmissionOptions, 'gate' | 'rates' | 'tenants' | 'tenantCounts'>;
  /** Where it listens, and to whom; by default on loopback. */
  readonly http?: HttpOptions;
  /** Tells what requests do, up to the record that is in the log; nothing where absent. */
  readonly tracing?: Tracing | undefined;
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
  /** Ids of the first n users, for who may be anybody; none where there are more users than it holds. */
  firstUsers(n: number): Promise<readonly string[]>;
  /** Answers what has been asked and ends the live streams, then ends. */
  close(): Promise<void>;
}

export async function createServer(options: ServerOptions): Promise<Server> {
  let answering = answeringFrom(options);
  const { endpoints } = answering.of('');
  const { report, clock, log, http = defaultHttp, access = { gate: openGate } } = options;
  const app = await createHttp({ http, admission: new Admission({ ...access, clock }), log });
  refuseUnknown(app, endpoints);
  if (options.tracing !== undefined) addRequestSpans(app, endpoints, options.tracing);
  const streams = new OpenStreams();
  const unused = new UnusedConnections(app.server);
  app.addHook('preClose', async () => {
    await answering.close();
    await streams.ended(options.clock);
    unused.close();
  });
  for (const [number, endpoint] of endpoints.entries())
    addRoute(app, endpoint, {
      streams,
      now: tenant => {
        const { remembered } = answering;
        return { endpoint: answering.of(tenant).endpoints[number] ?? endpoint, remembered };
      },
    });
  return {
    app,
    endpoints,
    listen: async ({ port }) => {
      const url = await listen(app, http.host, port);
      // What the first basket needs of all items is there before somebody waits for it.
      answering.of('').parts.vectors.load(report);
      return url;
    },
    moveTo: async from => {
      const before = answering;
      answering = answeringFrom({ ...options, ...from });
      answering.of('').parts.vectors.load(report);
      await before.close();
    },
    quality: () => modelQuality(answering.of('').parts),
    firstUsers: n => firstOf(answering.of('').parts.users, n),
    close: () => app.close(),
  };
}

/** The table of endpoints is the same for all tenants; what they answer from is not. */
function answeringFrom(options: ServerOptions): Answering {
  // One for all: what is learnt is told of partitions, and whose events they are makes no difference.
  const learnt = new LearntOffsets(options);
  return new Answering(tenant => partsOf(options, tenant, learnt.of(tenant)), options.remembered_bytes);
}

function partsOf(options: ServerOptions, tenant: string, learnt: Learnt): EndpointParts {
  const documents = new TenantDocuments(options.documents, tenant);
  const { clock, mostItems, mostUsers, transport, registry, newEventId, health, metrics, tracing } = options;
  const stored = new Stored(documents);
  const log = { transport, registry };
  const events = { transport, registry, clock, newEventId, tenant, tracing };
  const history = new ModelHistory(log);
  const { live, report, exploration = defaultExploration, seen = defaultSeen } = options;
  const items = new ItemDirectory(documents, mostItems);
  const lookup = new ItemLookup({ items, clock, report });
  const vectors = new ItemVectors(documents, { mostItems, ...(options.searches && { counts: options.searches }) });
  const ofTenant = (key: string): string => (tenant === '' ? key : JSON.stringify([key, tenant]));
  const { listKey, formerListKeys = [] } = options;
  const listIds = new ListIds(ofTenant(listKey), formerListKeys.map(ofTenant));
  return {
    stored,
    storedModel: new StoredModel(documents),
    clock,
    ...tailsOf(log, tenant),
    history,
    users: new UserDirectory(documents, mostUsers),
    items,
    vectors,
    lookup,
    lists: new ItemLists({ stored, items, lookup, vectors, clock, report, exploration, seen, listIds }),
    hub: new LiveHub({ documents, stored, history, live, clock, report }),
    ratings: events,
    erasures: { ratings: events, learnt, stored, documents, ...ofAll(options) },
    listHub: new ListHub({ documents, clock, report }),
    learnt,
    learntLists: new LearntLists({ learnt, stored, transport, clock, report, tenant }),
    exposures: { transport, registry, clock, listIds, tenant },
    idempotency: new Idempotency(clock),
    // Orders name their tenant themselves, in the document and in its key.
    orders: {
      documents: options.documents,
      ...log,
      clock,
      tracing,
      versions: new StreamTail(log, modelVersions, versionsKept, () => true),
      newOrderId: newEventId,
    },
    health,
    metrics,
    engine: options.engine ?? noEngine,
  };
}

/** What erasures look at whosever they are. */
const ofAll = ({ documents, transport, clock, listKey, formerListKeys }: ServerOptions) => ({
  scrubs: documents,
  shop: documents,
  transport,
  clock,
  receipts: new ErasureReceipts(listKey, formerListKeys),
});

/** The newest of what the tenant was shown, and did. */
const tailsOf = (log: LogPorts, tenant: string) => ({
  shown: new StreamTail(
    log,
    exposures,
    mostExposures,
    value => value.tenant === tenant && invalidExposure(value, Infinity) === undefined,
  ),
  events: new StreamTail(
    log,
    ratings,
    mostEvents,
    value => value.tenant === tenant && invalidRating(value, Infinity) === undefined,
  ),
});

async function firstOf(directory: UserDirectory, n: number): Promise<readonly string[]> {
  try {
    return (await directory.find('', n)).users.map(({ userId }) => userId);
  } catch (error) {
    if (error instanceof TooManyUsers) return [];
    throw error;
  }
}

/** Throws `PortTaken`. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE') throw new PortTaken(host, port, error);
    throw error;
  }
}

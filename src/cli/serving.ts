/** The API and the pages of this process: what `start` and `serve` share. */
import { randomUUID } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { SearchCounts } from '../als/index.ts';
import { accessOf } from '../app/access.ts';
import type { Ports } from '../app/compose.ts';
import type { Config } from '../app/config.ts';
import type { ToldEngine } from '../app/engine-thread.ts';
import type { EngineView } from '../app/engine-view.ts';
import { followSwitches } from '../app/follow-switches.ts';
import { type OpenTracing, openTracing, type TracingSettings } from '../app/open-tracing.ts';
import { events } from '../operations/logging/events.ts';
import { registerLoggingMetrics } from '../operations/logging/metrics.ts';
import { tellTroubles } from '../operations/logging/trouble-log.ts';
import { healthOf } from '../operations/health.ts';
import { registerGroupMetrics } from '../operations/group-metrics.ts';
import { registerDocumentCharges } from '../operations/document-metrics.ts';
import { registerLogTroubles } from '../operations/log-metrics.ts';
import { registerCallMetrics } from '../operations/call-metrics.ts';
import { registerStepMetrics } from '../operations/step-metrics.ts';
import { registerFreshness, registerTaskLag, registerTaskMetrics } from '../operations/metrics.ts';
import { registerDiskMetrics, type WrittenFolder } from '../operations/disk-metrics.ts';
import { watchLiveHeap } from '../operations/live-heap.ts';
import { registerThreadMemory } from '../operations/thread-memory.ts';
import { registerTopologyLag } from '../operations/topology-lag.ts';
import type { TaskLag } from '../operations/task-lag.ts';
import { toldMetrics } from '../operations/told-metrics.ts';
import { noSpans } from '../operations/tracing/figures.ts';
import { registerSpanMetrics } from '../operations/tracing/metrics.ts';
import { TenantCounts } from '../recommender/api/auth/tenants.ts';
import { registerTenantMetrics } from '../recommender/api/tenant-metrics.ts';
import { registerModelMetrics } from '../recommender/api/model-metrics.ts';
import { registerSearchMetrics } from '../recommender/api/search-metrics.ts';
import { type DemoIssuer, demoAudience, openDemoIssuer } from '../recommender/api/auth/demo-issuer.ts';
import { addPages, addSignIn } from '../recommender/api/pages.ts';
import { requireSeen } from '../recommender/published-seen.ts';
import { ordersLag } from '../recommender/orders/lag.ts';
import { registerOrderCounts, registerOrderLags } from '../recommender/orders/metrics.ts';
import type { LiveSource } from '../recommender/api/live/source.ts';
import { createServer, type Server } from '../recommender/api/server.ts';
import { Misuse } from './errors.ts';
import { type Logging, report, tellWait } from './logging.ts';
import { tellSeen, watchSeen } from './watch-seen.ts';

/** What a process does when another namespace is switched in, beside serving it. */
export interface Follow {
  /** What the live panel shows there. */
  readonly liveIn: (ports: Ports) => Promise<LiveSource>;
  /** Called once the API answers from there. */
  readonly arrived?: (ports: Ports) => Promise<void>;
}

export interface Serving {
  readonly ports: Pick<
    Ports,
    'documents' | 'transport' | 'registry' | 'clock' | 'troubles' | 'charges' | 'namespace' | 'at'
  >;
  /** Address and port, of which 0 takes any that is free; who may ask; and how lists are served. */
  readonly config: Pick<
    Config,
    'port' | 'serving' | 'lists' | 'http' | 'auth' | 'tenants' | 'worker' | 'data' | 'state'
  > &
    TracingSettings;
  /** The engine of this process; absent where it only serves. */
  readonly thread?: ToldEngine;
  /** How far the tasks of that engine are behind. */
  readonly lags?: () => Promise<readonly TaskLag[]>;
  /** What the live panel shows. */
  readonly live: LiveSource;
  /** The topologies, and their state. */
  readonly view: EngineView;
  /** Absent where it stays in the namespace that it began in, whatever is switched in. */
  readonly follow?: Follow | undefined;
  /** Whether an issuer of tokens runs beside it, for a demonstration. */
  readonly demo?: boolean | undefined;
  /** How it says what happens. */
  readonly logging: Pick<Logging, 'logger' | 'requests'>;
  /** Ends it: what has been asked by then is answered. */
  readonly signal: AbortSignal;
}

/**
 * Prints `listening on …`, does `meanwhile`, and goes on serving until the signal aborts. Whatever can delay a request
 * (restoring, catching up) has to be over before: it is ready as soon as it listens. Throws `PortTaken`, and
 * `OtherSeenPolicy` where the lists that are published leave out something else than is configured here.
 */
export async function serveUntilStopped(
  serving: Serving,
  meanwhile: (signal: AbortSignal) => Promise<void> = async () => {},
): Promise<void> {
  const { signal, config, follow } = serving;
  const { logger } = serving.logging;
  if (signal.aborted) return;
  const published = await requireSeen(serving.ports.documents, config.lists.seen);
  const done = untilAborted(signal);
  await using issuer = serving.demo === true ? await demoIssuerOf(serving) : undefined;
  await using traced = await openTracing(config, {
    environment: process.env,
    warn: reason => logger.log(events.tracing, { reason }),
    now: () => serving.ports.clock.now(),
  });
  const { access, server } = await serverOf(serving, issuer, traced);
  try {
    const url = await server.listen({ port: config.port });
    issuer?.allow(originsOf(url));
    process.stdout.write(`listening on ${url}\n`);
    logger.log(events.listening, { url });
    if (issuer !== undefined) logger.log(events.demoIssuer, { url: issuer.tokenEndpoint });
    if (access === undefined) logger.log(events.open);
    const onWait = tellWait(logger);
    const watched = published === undefined ? watchSeen({ ...serving, logger, onWait }) : undefined;
    const { thread, view } = serving;
    // Without it queries that come to other processes are answered 503: no reason to end this one.
    const told = thread && view.tell(config.worker.address ?? url, signal, onWait).catch(report(logger));
    const { troubles, clock } = serving.ports;
    const troubled = troubles && tellTroubles({ troubles, logger, clock, signal });
    const moving = follow && followed(serving, server, follow);
    await Promise.all([meanwhile(signal), moving, watched, told, troubled, done]);
  } finally {
    await server.close();
  }
}

/** Readers come first: what they are answered from then on had gone through before it was switched in. */
async function followed(
  { ports, config, signal, logging: { logger } }: Serving,
  server: Server,
  { liveIn, arrived }: Follow,
): Promise<void> {
  await followSwitches({ ports, signal, onWait: tellWait(logger) }, async next => {
    const { documents, transport, namespace } = next;
    await server.moveTo({ documents, transport, live: await liveIn(next) });
    logger.log(events.switched, { namespace });
    await tellSeen(documents, config, logger);
    await arrived?.(next);
  });
}

/** It is an issuer like any other to who checks tokens. */
async function demoIssuerOf({ ports: { clock }, config: { auth } }: Serving): Promise<DemoIssuer> {
  if (auth.issuer !== undefined)
    throw new Misuse('--demo brings an issuer of its own, and auth.issuer names one', 'Leave one of both out');
  return openDemoIssuer({ clock, claim: auth.claims.role });
}

/** Users that a page suggests to be, where anybody may be anybody. */
const suggestedUsers = 8;

/** Of the pages: by the address that the server says, and by the name of this machine. */
const originsOf = (url: string): readonly string[] => [url, `http://localhost:${new URL(url).port}`];

async function serverOf(serving: Serving, issuer: DemoIssuer | undefined, traced: OpenTracing) {
  const { ports, config, thread, lags, live, view, signal, logging } = serving;
  const { documents, transport, registry, clock } = ports;
  const auth = issuer === undefined ? config.auth : { ...config.auth, issuer: issuer.url, audience: demoAudience };
  const access = await accessOf({ auth, tenants: config.tenants }, { clock, report: report(logging.logger) });
  const metrics = new Registry();
  const folders = foldersOf(config);
  registerEngineMetrics(metrics, { ports, thread, lags, view, folders, spans: traced.figures, logging, signal });
  registerOrderLags(metrics, () => ordersLag(ports));
  const tenantCounts = new TenantCounts();
  registerTenantMetrics(metrics, tenantCounts);
  const searches = new SearchCounts();
  registerSearchMetrics(metrics, searches);
  const server = await createServer({
    documents,
    transport,
    registry,
    clock,
    live,
    engine: view,
    newEventId: randomUUID,
    exploration: config.serving.exploration,
    remembered_bytes: config.serving.remembered_bytes,
    mostItems: config.serving.mostItems,
    mostUsers: config.serving.mostUsers,
    seen: config.lists.seen,
    listKey: config.serving.listKey ?? randomUUID(),
    formerListKeys: config.serving.formerListKeys,
    health: healthOf({ signal, engine: thread, logger: logging.logger }),
    metrics: toldMetrics(metrics, logging.logger),
    searches,
    tracing: traced.tracing,
    report: report(logging.logger),
    log: { logger: logging.logger, share: logging.requests },
    http: { ...config.http, pagesMayAsk: issuer === undefined ? [] : [issuer.url] },
    ...(access && { access: { ...access, tenantCounts } }),
  });
  registerModelMetrics(metrics, () => server.quality());
  addSignIn(server.app, {
    required: access !== undefined,
    tokenEndpoint: issuer?.tokenEndpoint ?? null,
    adminRole: auth.roles.admin,
    suggested: async () => (access === undefined || issuer !== undefined ? server.firstUsers(suggestedUsers) : []),
  });
  await addPages(server.app);
  return { access, server };
}

/** What Prometheus reads of the tasks of a process, and of what they run on. */
export function registerEngineMetrics(
  metrics: Registry,
  {
    ports,
    thread,
    lags,
    view,
    folders,
    spans = () => noSpans,
    logging,
    signal,
  }: {
    /** Ends what is watched for them; until the process ends where absent. */
    readonly signal?: AbortSignal;
    readonly logging?: Pick<Logging, 'logger'>;
    readonly lags: Serving['lags'] | undefined;
    readonly ports: Pick<Ports, 'troubles' | 'charges'>;
    readonly thread: Serving['thread'] | undefined;
    readonly view: Pick<EngineView, 'lags'> | undefined;
    /** Where it writes. */
    readonly folders: readonly WrittenFolder[];
    /** Those of this thread; none where absent. */
    readonly spans?: OpenTracing['figures'];
  },
): void {
  collectDefaultMetrics({ register: metrics });
  registerTaskMetrics(metrics, () => thread?.tasks ?? []);
  registerCallMetrics(metrics, () => thread?.tasks ?? []);
  registerStepMetrics(metrics, () => thread?.steps ?? []);
  registerFreshness(metrics, () => thread?.freshness ?? []);
  registerOrderCounts(metrics, () => thread?.orders ?? null);
  registerTaskLag(metrics, lags ?? (async () => []));
  registerTopologyLag(metrics, async () => (await view?.lags()) ?? []);
  registerDiskMetrics(metrics, folders);
  registerGroupMetrics(metrics, () => thread?.groups ?? []);
  const heap = watchLiveHeap();
  signal?.addEventListener('abort', () => heap[Symbol.dispose](), { once: true });
  registerThreadMemory(metrics, heap, () => thread?.memory);
  registerDocumentCharges(metrics, () => [thread?.charges ?? [], ports.charges?.() ?? []]);
  registerSpanMetrics(metrics, () => [thread?.spans ?? noSpans, spans()]);
  registerLoggingMetrics(metrics, () => [thread?.logged ?? [], logging?.logger.counts.all() ?? []]);
  registerLogTroubles(metrics, () => [thread?.troubles ?? new Map(), ports.troubles?.() ?? new Map()]);
}

/** `state` is told for itself only where it is a folder of its own. */
export const foldersOf = ({ data, state }: Pick<Config, 'data' | 'state'>): readonly WrittenFolder[] => [
  { holds: 'data', path: data },
  ...(state === undefined ? [] : [{ holds: 'state', path: state } as const]),
];

export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Aborts at the first SIGINT or SIGTERM until it is disposed; the second one kills. */
export function untilSignalled(): Disposable & { readonly signal: AbortSignal; readonly stop: () => void } {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return {
    signal: stopped.signal,
    stop,
    [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}

import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { Registry } from 'prom-client';
import { ratings } from '../../../topologies/streams.ts';
import { openEmbedded, type Ports } from '../../app/compose.ts';
import { engineLimits } from '../../app/engine-messages.ts';
import { EngineThread } from '../../app/engine-thread.ts';
import { engineSource } from '../../app/live.ts';
import { Graph } from '../../engine/graph.ts';
import { registerFreshness, registerTaskMetrics } from '../../operations/metrics.ts';
import type { LiveSource } from '../../recommender/api/live/source.ts';
import { addPages } from '../../recommender/api/pages.ts';
import { createServer, type Server } from '../../recommender/api/server.ts';
import { generate, knownSoFar } from '../../recommender/jobs/generate/index.ts';
import { importBundled } from '../../recommender/jobs/import/index.ts';
import { createTopics, loadApplication } from '../application.ts';
import { Misuse } from '../errors.ts';
import { atLeastZero, type DataFlags, dataFlag, partitionsFlag } from '../flags.ts';
import { lagOf } from '../../operations/lag.ts';
import { showProgress } from '../progress.ts';

interface Flags extends DataFlags {
  readonly fresh?: true;
  readonly partitions?: number;
  readonly generate: number;
}

const defaultPort = 8080;
const askEveryMs = 200;

/** Everything that a run leaves in its folder, and nothing else that somebody may keep there. */
const leftovers = ['log.db', 'documents.db', 'state.db'].flatMap(name =>
  ['', '-wal', '-shm', '-bell'].map(end => name + end),
);
const folders = ['snapshots', 'schemas'];

/** `millrace start`: everything in one process. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('everything in one process: loads the bundled data where there are none, learns, serves, goes on')
    .addOption(new Option('--fresh', 'forget what is there and begin again'))
    .addOption(
      new Option('--generate <n>', 'ratings a second of the live generator; 0 for none')
        .default(1)
        .argParser(atLeastZero),
    )
    .addOption(dataFlag())
    .addOption(partitionsFlag())
    .addHelpText('after', '\nPORT chooses the port (8080). Without credentials the server binds to loopback only.')
    .action(start);
}

async function start(flags: Flags): Promise<void> {
  if (flags.fresh === true) forget(flags.data);
  const port = portOf(process.env['PORT']);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  await using ports = await openEmbedded(flags.data);
  const application = await loadApplication({});
  const graph = new Graph(application.topologies, await createTopics(application, ports.transport, flags.partitions));
  await loadWhereEmpty(ports, stopped.signal);
  const thread = new EngineThread({
    data: flags.data,
    app: application.app,
    untilCaughtUp: false,
    ...engineLimits,
  });
  const ended = thread.ended.finally(stop); // the engine's end is everybody's
  ended.catch(() => {}); // it is awaited in the end, and may come long before
  try {
    await thread.restored;
    await caughtUp(ports, graph, thread, stopped.signal);
    const live = engineSource(ports.transport, graph, thread);
    await serve(ports, thread, { port, perSecond: flags.generate, stopped: stopped.signal, live });
  } finally {
    process.stderr.write('finishing the epochs under way\n');
    await thread.stop();
    await ended;
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function loadWhereEmpty(ports: Ports, signal: AbortSignal): Promise<void> {
  const topics = (await ports.transport.topics()).filter(({ topic }) => topic === ratings.name);
  for (const { topic, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      if ((await ports.transport.bounds({ topic, partition })).end > 0) return;
    }
  }
  const loaded = await importBundled({ directory: bundled, ports, signal });
  process.stderr.write(`loaded ${loaded.ratings} ratings of ${loaded.items} items\n`);
}

/** The folder of the repository; a published package has none, and `importBundled` says so. */
const bundled = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../data' : '../../../../data', import.meta.url),
);

async function caughtUp(ports: Ports, graph: Graph, thread: EngineThread, signal: AbortSignal): Promise<void> {
  using progress = new DisposableStack();
  progress.use(showProgress(thread, process.stderr));
  while (!signal.aborted) {
    const behind = (await lagOf(graph, ports.transport)).filter(
      ({ topic, behind: records }) => records > 0 && !topic.endsWith('-vectors'),
    );
    if (behind.length === 0) return;
    await ports.clock.sleep(askEveryMs, signal);
  }
}

interface Serving {
  readonly port: number;
  readonly perSecond: number;
  readonly stopped: AbortSignal;
  readonly live: LiveSource;
}

async function serve(ports: Ports, thread: EngineThread, serving: Serving): Promise<void> {
  const { port, perSecond, stopped } = serving;
  if (stopped.aborted) return;
  const server = await serverOf(ports, thread, serving);
  try {
    await addPages(server.app);
    process.stdout.write(`listening on ${await server.listen({ port })}\n`);
    process.stderr.write('no credentials are configured: serving on loopback only, without tokens\n');
    const done = new Promise<void>(resolve => stopped.addEventListener('abort', () => resolve(), { once: true }));
    if (perSecond > 0) await liven(ports, perSecond, stopped);
    await done;
  } finally {
    await server.close();
  }
}

/** A gentle stream of plausible ratings. */
async function liven(ports: Ports, rate: number, signal: AbortSignal): Promise<void> {
  const known = await knownSoFar(ports.transport, signal);
  if (known.users.length === 0 || known.items.length === 0) return;
  await generate({ ports, known, random: Math.random, rate, signal });
}

function serverOf(ports: Ports, thread: EngineThread, { stopped, live }: Serving): Promise<Server> {
  const { documents, transport, registry, clock } = ports;
  const metrics = new Registry();
  registerTaskMetrics(metrics, () => thread.tasks);
  registerFreshness(metrics, () => thread.freshness);
  const fine = { ok: true } as const;
  const unlessStopped = () => (stopped.aborted ? ({ ok: false, why: 'it is stopping' } as const) : fine);
  return createServer({
    documents,
    transport,
    registry,
    clock,
    live,
    newEventId: randomUUID,
    health: { startup: () => fine, live: unlessStopped, ready: unlessStopped }, // it listens once it has restored and caught up
    metrics,
    report: error =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  });
}

function forget(data: string): void {
  for (const name of leftovers) rmSync(join(data, name), { force: true });
  for (const name of folders) if (existsSync(join(data, name))) rmSync(join(data, name), { recursive: true });
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return defaultPort;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Misuse(`PORT is '${text}'`, 'Give a port from 0 to 65535; 0 takes any that is free');
}

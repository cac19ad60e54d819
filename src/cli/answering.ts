/** What `run` answers beside its tasks, where it is told to listen: their state, probes, metrics. */
import { Registry } from 'prom-client';
import { accessOf } from '../app/access.ts';
import type { Ports } from '../app/compose.ts';
import type { Config } from '../app/config.ts';
import type { EngineThread, ToldEngine } from '../app/engine-thread.ts';
import type { EngineView } from '../app/engine-view.ts';
import { createWorkerServer } from '../recommender/api/worker-server.ts';
import { events } from '../operations/logging/events.ts';
import { type Logging, report, tellWait } from './logging.ts';
import { foldersOf, registerEngineMetrics } from './serving.ts';
import type { TaskLag } from '../operations/task-lag.ts';
import { healthOf } from '../operations/health.ts';
import { toldMetrics } from '../operations/told-metrics.ts';

export interface Answering {
  readonly ports: Pick<Ports, 'clock' | 'troubles' | 'charges'>;
  readonly config: Pick<Config, 'http' | 'auth' | 'tenants' | 'worker' | 'data' | 'state'>;
  readonly thread: ToldEngine & Pick<EngineThread, 'restored'>;
  readonly view: EngineView;
  readonly lags: () => Promise<readonly TaskLag[]>;
  readonly logging: Pick<Logging, 'logger' | 'requests' | 'plain'>;
}

/** Listens until it is disposed, and says in the documents where. @throws {PortTaken} */
export async function answerForTasks(
  { ports, config, thread, view, lags, logging }: Answering,
  port: number,
): Promise<AsyncDisposable> {
  const { clock } = ports;
  const { logger, requests, plain } = logging;
  const access = await accessOf(config, { clock, report: report(logger) });
  const over = new AbortController();
  let isRestored = false;
  void thread.restored.then(
    () => (isRestored = true),
    () => {}, // `ended` tells
  );
  const metrics = new Registry();
  registerEngineMetrics(metrics, {
    ports,
    thread,
    lags,
    view,
    folders: foldersOf(config),
    logging,
    signal: over.signal,
  });
  const health = healthOf({ signal: over.signal, engine: thread, isRestored: () => isRestored, logger });
  const { http } = config;
  const server = await createWorkerServer({
    engine: view,
    health,
    metrics: toldMetrics(metrics, logger),
    http,
    log: { logger, share: requests },
    clock,
    ...(access && { access }),
  });
  const url = await server.listen({ port });
  plain.write(`listening on ${url}\n`);
  logger.log(events.listening, { url });
  // Tasks go on without it; queries of them that come to other processes are answered 503.
  const telling = view.tell(config.worker.address ?? url, over.signal, tellWait(logger)).catch(report(logger));
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await server.close();
      await telling;
    },
  };
}

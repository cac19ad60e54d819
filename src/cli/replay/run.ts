/** Runs the topologies of a namespace until its end is reached, or on until it is told to stop. */
import { EngineFailed, EngineThread } from '../../app/engine-thread.ts';
import type { Ports } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { events } from '../../operations/logging/events.ts';
import type { Logging } from '../logging.ts';
import { Graph } from '../../engine/graph.ts';
import type { Namespace } from '../../replay/namespace.ts';
import { type Application, engineOptions, partitionsOf } from '../application.ts';
import { untilCaughtUp } from '../caught-up.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { sum } from '../progress.ts';
import { untilSignalled } from '../serving.ts';
import { behindOf, reachedOf } from './goals.ts';
import { showReplayProgress } from './progress.ts';

export interface Replayed extends Outcome {
  readonly namespace: string;
  /** Whether everything up to the end has gone through. */
  readonly finished: boolean;
  /** Read of the sources by this run, each record counted for every topology that reads it. */
  readonly records: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

export interface Running {
  readonly namespace: Namespace;
  /** As the namespace sees them. */
  readonly ports: Ports;
  readonly application: Application;
  readonly config: Config;
  readonly follow: boolean;
  readonly logging: Logging;
  /** Called once what there was at the beginning has gone through. */
  readonly caughtUp: () => Promise<void>;
}

export async function runReplay({
  namespace,
  ports,
  application,
  config,
  follow,
  logging,
  caughtUp,
}: Running): Promise<Replayed> {
  const { transport, clock } = ports;
  const { name, topologies } = namespace;
  const graph = new Graph(application.topologies, await partitionsOf(application, transport));
  const goals = { transport, graph, namespace };
  const before = await reachedOf(goals);
  const begin = performance.now();
  using stopped = untilSignalled();
  await using thread = new EngineThread(
    {
      ...engineOptions({ ...application, connectors: [] }, config, ports),
      run: topologies,
      isReplay: true,
      untilCaughtUp: !follow,
      logging: logging.settings,
    },
    logging.logger,
  );
  const ended = thread.ended.finally(stopped.stop);
  ended.catch(() => {}); // it is awaited in the end, and may come long before
  stopped.signal.addEventListener('abort', () => void thread.stop().catch(() => {})); // `ended` tells
  {
    const shown = { name, clock, reached: () => reachedOf(goals, thread.tasks), to: logging.plain };
    using _ = logging.isForPeople ? showReplayProgress(shown) : undefined;
    if (follow) await untilCaughtUp({ ports, graph, thread, topologies, signal: stopped.signal });
    else await ended;
  }
  const finished = follow ? !stopped.signal.aborted : (await behindOf(goals)) === 0;
  if (finished) {
    logging.logger.log(events.replayCaughtUp, { namespace: name });
    await caughtUp();
  }
  await endedOrTakenOver(ended, name, logging);
  const seconds = (performance.now() - begin) / 1_000;
  const records = (await reachedOf(goals)).done - before.done;
  const epochs = sum(thread.tasks, task => task.epochs);
  const figures = { records, epochs, seconds, recordsPerSecond: records / seconds };
  return { namespace: name, finished, ...figures, ...(await outcomeOf(ports)) };
}

/** Whoever follows the live stream has nothing left to do once another process goes on with the namespace. */
async function endedOrTakenOver(
  ended: Promise<void>,
  namespace: string,
  { logger }: Pick<Logging, 'logger'>,
): Promise<void> {
  try {
    await ended;
  } catch (error) {
    if (!(error instanceof EngineFailed) || error.engineCode !== 'FENCED') throw error;
    logger.log(events.replayTakenOver, { namespace });
  }
}

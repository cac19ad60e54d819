/** What the engine's own thread does. */
import { parentPort } from 'node:worker_threads';
import { Engine } from '../engine/engine.ts';
import type { OnWait } from '../engine/retry.ts';
import type { Observer } from '../engine/runner-options.ts';
import type { LogFigures } from '../operations/logging/counts.ts';
import { watchLiveHeap } from '../operations/live-heap.ts';
import { threadMemory } from '../operations/thread-memory.ts';
import { EngineLog } from '../operations/logging/engine-log.ts';
import { events } from '../operations/logging/events.ts';
import type { LogLine } from '../operations/logging/line.ts';
import { type Logger, silent } from '../operations/logging/logger.ts';
import type { LoggingSettings } from '../operations/logging/settings.ts';
import { keepTelling, StructuredLogger } from '../operations/logging/structured-logger.ts';
import { tellTroubles } from '../operations/logging/trouble-log.ts';
import { StatsObserver } from '../operations/task-stats.ts';
import { EpochSpans } from '../operations/tracing/epochs/epoch-spans.ts';
import { noSpans } from '../operations/tracing/figures.ts';
import { hours } from '../stream/time.ts';
import { topologiesOf } from './application.ts';
import { systemClock } from '../engine/clock.ts';
import { openPorts, type Ports } from './compose.ts';
import { failureOf } from './engine-failure.ts';
import type { EngineCommand, EngineMessage, EngineThreadOptions } from './engine-messages.ts';
import { Controller } from '../recommender/generations/controller.ts';
import { task as trainTask } from '../recommender/generations/tending.ts';
import { measureInThread } from '../recommender/generations/shadow/thread.ts';
import type { OrdersConnector } from '../recommender/orders/connector.ts';
import { Trainer } from '../recommender/generations/trainer.ts';
import { keepRetention } from './housekeeping.ts';
import { openTracing } from './open-tracing.ts';
import { ordersConnector } from './orders-work.ts';
import { patientSchemas } from './shared-schemas.ts';

/** How often the other thread hears of progress. */
const statsEveryMs = 50;
/** Also for tasks of few epochs there is a snapshot, and one before it, that is far younger than any retention. */
const snapshotPolicy = { everyEpochs: 2_000, every: hours(1), keep: 2 };

/** Epochs take parts of a millisecond. */
const preciseNow = (): number => performance.timeOrigin + performance.now();

/** What tracing needs of the process. */
const tracingParts = {
  environment: process.env,
  now: () => Date.now(),
};

const post = (message: EngineMessage): void => parentPort?.postMessage(message);

async function run(options: EngineThreadOptions, stop: AbortController, log: ThreadLog): Promise<void> {
  const { logger } = log;
  const warn = (reason: string): void => logger.log(events.tracing, { reason });
  await using traced = options.tracing && (await openTracing(options.tracing, { ...tracingParts, warn }));
  using heap = watchLiveHeap();
  await using opened = await openPorts(options.ports);
  const told = tellingOf(logger);
  const waiting = { clock: opened.clock, signal: stop.signal, onWait: told };
  const ports = { ...opened, registry: patientSchemas(opened.registry, waiting) };
  const observer = new StatsObserver(ports.clock);
  const orders = await ordersConnector(ports, options, { logger, onWait: told, tracing: traced?.tracing });
  const spans = traced?.tracing && new EpochSpans({ ...options, tracing: traced.tracing, now: preciseNow });
  const held: HeldTasks = { engine: undefined };
  const report = (): void =>
    post({
      type: 'stats',
      tasks: observer.all(),
      steps: observer.steps(),
      held: new Map(held.engine?.runners.map(({ task, fence }) => [task.id, fence])),
      freshness: observer.freshness(),
      groups: observer.groups(),
      troubles: ports.troubles?.() ?? new Map(),
      charges: ports.charges?.() ?? [],
      spans: traced?.figures() ?? noSpans,
      orders: orders?.figures ?? null,
      logged: log.figures(),
      memory: threadMemory(heap),
    });
  const timer = setInterval(report, statsEveryMs);
  const over = new AbortController();
  const { clock, troubles } = ports;
  const troubled = troubles && tellTroubles({ troubles, logger, clock, signal: over.signal });
  try {
    // First what is to be read: a run that ends once it has caught up reads it too.
    if (options.untilCaughtUp) await orders?.runUntilCaughtUp(stop.signal);
    if (options.run?.length !== 0) await runTasks(ports, options, { stop, observer, spans, orders, held, logger });
    else if (!options.untilCaughtUp) {
      restored(logger);
      await orders?.run(stop.signal);
    }
  } finally {
    clearInterval(timer);
    over.abort();
    await troubled;
    held.engine = undefined;
    report();
  }
}

/** The engine once it is open: which tasks it runs, and under which fences. */
interface HeldTasks {
  engine: Pick<Engine, 'runners'> | undefined;
}

interface Beside {
  readonly stop: AbortController;
  readonly held: HeldTasks;
  readonly observer: StatsObserver;
  readonly logger: Logger;
  /** Absent where nothing is told. */
  readonly spans: EpochSpans | undefined;
  readonly orders: OrdersConnector | undefined;
}

async function runTasks(
  ports: Ports,
  options: EngineThreadOptions,
  { stop, observer, spans, orders, held, logger }: Beside,
): Promise<void> {
  const generations = generationsOf(ports, options, logger);
  const engine = await Engine.open(
    {
      ...ports,
      ...options,
      store: ports.openStore(),
      topologies: await topologiesOf(options.app, options.settings, { generations }),
      observer: together(observer, new EngineLog(logger), releasing(generations), ...(spans ? [spans] : [])),
      meter: () => performance.now(),
      ...(ports.membership === undefined ? {} : { worker: ports.openWorker(), standbys: options.standbys ?? 1 }),
      snapshots: { to: ports.snapshots, ...snapshotPolicy },
    },
    stop.signal,
  );
  held.engine = engine;
  if (!stop.signal.aborted) restored(logger);
  const ended = new AbortController();
  const either = AbortSignal.any([stop.signal, ended.signal]);
  const works = [
    keepRetention(ports.transport, ports.clock, either, tellingOf(logger)),
    generations.run(either, !options.untilCaughtUp),
    ...(options.untilCaughtUp || orders === undefined ? [] : [orders.run(either)]),
  ];
  const beside = Promise.all(works).catch((error: unknown) => {
    stop.abort(); // what cannot be kept up beside the tasks stops them, in order
    throw error;
  });
  beside.catch(() => {}); // awaited at the end: until then nobody does, which would end the thread at once
  try {
    await (options.untilCaughtUp ? engine.runUntilCaughtUp(stop.signal) : engine.run(stop.signal));
  } finally {
    ended.abort();
    await beside;
  }
}

function restored(logger: Logger): void {
  logger.log(events.restored);
  post({ type: 'restored' });
}

/** Trains generations in a thread beside this one, and decides about them. */
function generationsOf(
  ports: Ports,
  { settings: { generations: settings } }: EngineThreadOptions,
  logger: Logger,
): Controller {
  const warn = (reason: string): void => logger.log(events.generations, { reason });
  const trainer = new Trainer({ threads: settings.threads, clock: ports.clock, warn });
  return new Controller({ ...ports, trainer, measure: measureInThread(settings.threads), settings, warn });
}

/** What is trained for a task goes with it. */
const releasing = (generations: Controller): Observer => ({
  left: task => {
    if (task === trainTask) generations.release();
  },
});

/** Watches as all of them do: whatever there is to watch, so that nothing is told to nobody. */
const together = (...observers: readonly Observer[]): Required<Observer> => ({
  step: (task, step, moment, epoch) => {
    for (const observer of observers) observer.step?.(task, step, moment, epoch);
  },
  takenOver: (task, on) => {
    for (const observer of observers) observer.takenOver?.(task, on);
  },
  committed: (task, epoch) => {
    for (const observer of observers) observer.committed?.(task, epoch);
  },
  waiting: (task, what, error, attempt) => {
    for (const observer of observers) observer.waiting?.(task, what, error, attempt);
  },
  answered: (task, what) => {
    for (const observer of observers) observer.answered?.(task, what);
  },
  assigned: (topology, assignment) => {
    for (const observer of observers) observer.assigned?.(topology, assignment);
  },
  left: (task, why) => {
    for (const observer of observers) observer.left?.(task, why);
  },
  joining: (topology, reason) => {
    for (const observer of observers) observer.joining?.(topology, reason);
  },
});

/** No task of the engine waits for it, so no figure shows it. */
const tellingOf =
  (logger: Logger): OnWait =>
  (dependency, error, attempt) =>
    logger.log(events.dependencyWaits, { dependency, attempt }, error);

/** What the thread says, on its way to the thread that writes. */
interface ThreadLog extends Disposable {
  readonly logger: Logger;
  readonly figures: () => readonly LogFigures[];
}

function threadLog(settings: LoggingSettings | undefined): ThreadLog {
  if (settings === undefined) return { logger: silent, figures: () => [], [Symbol.dispose]: () => {} };
  const sink = {
    write: (line: LogLine): boolean => {
      post({ type: 'log', line });
      return true;
    },
  };
  const logger = new StructuredLogger({ settings, sink, clock: systemClock });
  const over = new AbortController();
  void keepTelling(logger, settings, systemClock, over.signal);
  return {
    logger,
    figures: () => logger.counts.all(),
    [Symbol.dispose]: () => {
      over.abort();
      logger.end();
    },
  };
}

export async function work(): Promise<void> {
  const stop = new AbortController();
  await logged(await untilStarted(stop), stop);
  parentPort?.close();
}

/** A failure crosses threads as text, since an Error would lose its class on the way: where it was thrown is said here. */
async function logged(options: EngineThreadOptions | undefined, stop: AbortController): Promise<void> {
  using log = threadLog(options?.logging);
  try {
    if (options !== undefined) await run(options, stop, log);
    post({ type: 'stopped' });
  } catch (error) {
    log.logger.log(events.engineFailed, {}, error);
    post({ type: 'failed', ...failureOf(error, options?.logging) });
  }
}

/** What to run; undefined where the thread is told to stop before. A thread that is warm waits here. */
function untilStarted(stop: AbortController): Promise<EngineThreadOptions | undefined> {
  return new Promise(resolve => {
    parentPort?.on('message', (command: EngineCommand) => {
      if (command.type === 'start') return resolve(command.options);
      stop.abort();
      resolve(undefined);
    });
  });
}

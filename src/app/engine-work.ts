/** What the engine's own thread does. */
import { parentPort } from 'node:worker_threads';
import { Engine } from '../engine/engine.ts';
import type { OnWait } from '../engine/retry.ts';
import type { Observer } from '../engine/runner-options.ts';
import { MillraceError } from '../errors.ts';
import { StatsObserver } from '../operations/task-stats.ts';
import { noSpans } from '../operations/tracing/figures.ts';
import { hours } from '../stream/time.ts';
import { topologiesOf } from './application.ts';
import { openPorts, type Ports } from './compose.ts';
import type { EngineCommand, EngineMessage, EngineThreadOptions } from './engine-messages.ts';
import { Controller } from '../recommender/generations/controller.ts';
import { task as trainTask } from '../recommender/generations/tending.ts';
import { measureInThread } from '../recommender/generations/shadow/thread.ts';
import type { OrdersConnector } from '../recommender/orders/connector.ts';
import { Trainer } from '../recommender/generations/trainer.ts';
import { keepRetention } from './housekeeping.ts';
import { openTracing } from './open-tracing.ts';
import { ordersConnector } from './orders-work.ts';

/** How often the other thread hears of progress. */
const statsEveryMs = 50;
/** Also for tasks of few epochs there is a snapshot, and one before it, that is far younger than any retention. */
const snapshotPolicy = { everyEpochs: 2_000, every: hours(1), keep: 2 };

/** What tracing needs of the process. */
const tracingParts = {
  environment: process.env,
  warn: (text: string) => void process.stderr.write(`${text}\n`),
  now: () => Date.now(),
};

const post = (message: EngineMessage): void => parentPort?.postMessage(message);

async function run(options: EngineThreadOptions, stop: AbortController): Promise<void> {
  await using traced = options.tracing && (await openTracing(options.tracing, tracingParts));
  await using ports = await openPorts(options.ports);
  const observer = new StatsObserver(ports.clock);
  const orders = await ordersConnector(ports, options, tell);
  const held: HeldTasks = { engine: undefined };
  const report = (): void =>
    post({
      type: 'stats',
      tasks: observer.all(),
      held: new Map(held.engine?.runners.map(({ task, fence }) => [task.id, fence])),
      freshness: observer.freshness(),
      groups: observer.groups(),
      troubles: ports.troubles?.() ?? new Map(),
      charges: ports.charges?.() ?? [],
      spans: traced?.figures() ?? noSpans,
      orders: orders?.figures ?? null,
    });
  const timer = setInterval(report, statsEveryMs);
  try {
    // First what is to be read: a run that ends once it has caught up reads it too.
    if (options.untilCaughtUp) await orders?.runUntilCaughtUp(stop.signal);
    if (options.run?.length !== 0) await runTasks(ports, options, { stop, observer, orders, held });
    else if (!options.untilCaughtUp) {
      post({ type: 'restored' });
      await orders?.run(stop.signal);
    }
  } finally {
    clearInterval(timer);
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
  readonly orders: OrdersConnector | undefined;
}

async function runTasks(
  ports: Ports,
  options: EngineThreadOptions,
  { stop, observer, orders, held }: Beside,
): Promise<void> {
  const generations = generationsOf(ports, options);
  const engine = await Engine.open(
    {
      ...ports,
      ...options,
      store: ports.openStore(),
      topologies: await topologiesOf(options.app, options.settings, { generations }),
      observer: told(observer, generations),
      meter: () => performance.now(),
      ...(ports.membership === undefined ? {} : { worker: ports.openWorker(), standbys: options.standbys ?? 1 }),
      snapshots: { to: ports.snapshots, ...snapshotPolicy },
    },
    stop.signal,
  );
  held.engine = engine;
  if (!stop.signal.aborted) post({ type: 'restored' });
  const ended = new AbortController();
  const either = AbortSignal.any([stop.signal, ended.signal]);
  const works = [
    keepRetention(ports.transport, ports.clock, either, tell),
    generations.run(either, !options.untilCaughtUp),
    ...(options.untilCaughtUp || orders === undefined ? [] : [orders.run(either)]),
  ];
  const beside = Promise.all(works).catch((error: unknown) => {
    stop.abort(); // what cannot be kept up beside the tasks stops them, in order
    throw error;
  });
  try {
    await (options.untilCaughtUp ? engine.runUntilCaughtUp(stop.signal) : engine.run(stop.signal));
  } finally {
    ended.abort();
    await beside;
  }
}

/** Trains generations in a thread beside this one, and decides about them. */
function generationsOf(ports: Ports, { settings: { generations: settings } }: EngineThreadOptions): Controller {
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  const trainer = new Trainer({ threads: settings.threads, clock: ports.clock, warn });
  return new Controller({ ...ports, trainer, measure: measureInThread(settings.threads), settings, warn });
}

/** Reasons to join that are nobody's trouble. */
const ordinary: ReadonlySet<string> = new Set(['start', 'REBALANCE_IN_PROGRESS', 'a task was released']);

/** Figures count what happens; whoever reads the process's errors also hears of which task, and why. */
function told(observer: StatsObserver, generations: Controller): Observer {
  return {
    committed: (task, epoch) => observer.committed(task, epoch),
    waiting: (task, what, error) => observer.waiting(task, what, error),
    assigned: (topology, assignment) => {
      const before = observer.waits(topology);
      observer.assigned(topology, assignment);
      const now = observer.waits(topology);
      if (now !== before) process.stderr.write(`${topology} ${now === null ? 'waits no more' : `waits: ${now}`}\n`);
    },
    left: (task, why) => {
      observer.left(task);
      if (task === trainTask) generations.release();
      process.stderr.write(`${task} is no more with this process: ${why}\n`);
    },
    joining: (topology, reason) => {
      observer.joining(topology, reason);
      if (!ordinary.has(reason)) process.stderr.write(`joining the group of ${topology} again: ${reason}\n`);
    },
  };
}

/** No task of the engine waits for it, so no figure shows it. */
const tell: OnWait = (what, { message }) => {
  process.stderr.write(`${what} waits: ${message}\n`);
};

/** A failure crosses threads as text: an Error would lose its class on the way. */
export async function work(): Promise<void> {
  try {
    const stop = new AbortController();
    const options = await untilStarted(stop);
    if (options !== undefined) await run(options, stop);
    post({ type: 'stopped' });
  } catch (error) {
    const code = error instanceof MillraceError ? error.code : 'UNEXPECTED';
    const message =
      error instanceof MillraceError ? error.message : String(error instanceof Error ? error.stack : error);
    post({ type: 'failed', code, message });
  } finally {
    parentPort?.close();
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

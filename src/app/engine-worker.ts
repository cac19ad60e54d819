/** The engine's own thread: nothing that the API or a page does can delay an epoch, nor the other way round. */
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '../engine/engine.ts';
import type { OnWait } from '../engine/retry.ts';
import { MillraceError } from '../errors.ts';
import { StatsObserver } from '../operations/task-stats.ts';
import { topologiesOf } from './application.ts';
import { openEmbedded } from './compose.ts';
import { type EngineMessage, type EngineThreadOptions, stopCommand } from './engine-messages.ts';
import { keepRetention } from './housekeeping.ts';

/** How often the other thread hears of progress. */
const statsEveryMs = 250;
const snapshotEveryEpochs = 2_000;
const snapshotsKept = 2;

const post = (message: EngineMessage): void => parentPort?.postMessage(message);

async function run(options: EngineThreadOptions): Promise<void> {
  const stop = new AbortController();
  parentPort?.on('message', (command: unknown) => {
    if (command === stopCommand) stop.abort();
  });
  await using ports = await openEmbedded(options.data);
  const observer = new StatsObserver(ports.clock);
  const report = (): void => post({ type: 'stats', tasks: observer.all(), freshness: observer.freshness() });
  const timer = setInterval(report, statsEveryMs);
  try {
    const engine = await Engine.open({
      ...ports,
      ...options,
      store: ports.openStore(),
      topologies: await topologiesOf(options.app, options.settings),
      observer,
      snapshots: { to: ports.snapshots, everyEpochs: snapshotEveryEpochs, keep: snapshotsKept },
    });
    post({ type: 'restored' });
    const ended = new AbortController();
    const either = AbortSignal.any([stop.signal, ended.signal]);
    const beside = keepRetention(ports.transport, ports.clock, either, tell).catch((error: unknown) => {
      stop.abort(); // a log that cannot be kept up stops the tasks, in order
      throw error;
    });
    try {
      await (options.untilCaughtUp ? engine.runUntilCaughtUp(stop.signal) : engine.run(stop.signal));
    } finally {
      ended.abort();
      await beside;
    }
  } finally {
    clearInterval(timer);
    report();
  }
}

/** No task of the engine waits for it, so no figure shows it. */
const tell: OnWait = (what, { message }) => {
  process.stderr.write(`${what} waits: ${message}\n`);
};

/** A failure crosses threads as text: an Error would lose its class on the way. */
async function main(): Promise<void> {
  try {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- the edge between threads: `EngineThread` passes exactly this
    await run(workerData as EngineThreadOptions);
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

await main();

/** Measures a shadow in a thread of its own, so that nothing waits for it. */
import { Worker } from 'node:worker_threads';
import { outcomeOf } from '../worker-outcome.ts';
import type { TrainingInput } from '../../../als/index.ts';
import { buffersOf } from '../transfer.ts';
import type { ShadowFigures } from './figures.ts';
import type { Observed } from './observed.ts';
import type { ShadowData } from './shadow-worker.ts';

/**
 * Trains what was frozen, and judges it by the events once they are there. Rejects where the events are not to come, where
 * the thread dies, and once the signal aborts; a shadow is not tried again, the next one is due soon enough.
 */
export type Measure = (
  input: TrainingInput,
  observed: Promise<Observed>,
  signal: AbortSignal,
) => Promise<ShadowFigures>;

/** `entry` is for tests: another thread in place of ours. */
export const measureInThread =
  (threads: number, entry: URL = ours): Measure =>
  async (input, observed, signal) => {
    signal.throwIfAborted();
    const workerData: ShadowData = { input, threads };
    const worker = new Worker(entry, { workerData, transferList: buffersOf(input) });
    return outcomeOf<ShadowFigures>(worker, signal, (resolve, reject) => {
      worker.on('message', resolve);
      observed.then(events => worker.postMessage(events), reject);
    });
  };

const ours = new URL(import.meta.url.endsWith('.ts') ? './shadow-worker.ts' : './shadow-worker.js', import.meta.url);

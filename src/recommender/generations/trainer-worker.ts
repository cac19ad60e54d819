/** The thread in which a generation is trained: it may block for minutes, and nobody waits for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { openKernel, type TrainingInput, trainGeneration } from '../../als/index.ts';
import { asTrained, type Trained } from '../domain/training.ts';

export interface TrainerData {
  readonly input: TrainingInput;
  readonly threads: number;
}

/** From the thread. */
export type TrainerMessage =
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'trained'; readonly trained: Trained };

const post = (message: TrainerMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer);

// oxlint-disable-next-line typescript/consistent-type-assertions -- the edge of a thread: `Trainer` gave it
const { input, threads } = workerData as TrainerData;
using kernel = openKernel({ threads });
const trained = asTrained(
  trainGeneration(input, { kernel, progress: (done, of) => post({ type: 'progress', done, of }) }),
);
const { users, items } = trained.generation;
const arrays = [users, items].flatMap(({ factors, starFactors, events }) => [factors, starFactors, events]);
post(
  { type: 'trained', trained },
  arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
);

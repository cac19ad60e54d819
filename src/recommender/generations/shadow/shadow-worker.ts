/** The thread of a shadow: trains at once, then waits for the events that judge it. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openKernel, type TrainingInput } from '../../../als/index.ts';
import { figuresOf, trainShadow } from './measured.ts';
import type { Observed } from './observed.ts';

export interface ShadowData {
  readonly input: TrainingInput;
  readonly threads: number;
}

async function run(): Promise<void> {
  if (parentPort === null) return;
  const judged = once(parentPort, 'message'); // from now on: the events may be there before the training ends
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the edge of a thread: `measureInThread` gave it
  const { input, threads } = workerData as ShadowData;
  const trained = trainedBy(input, threads);
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the edge of a thread: `measureInThread` sent it
  const [observed] = (await judged) as [Observed];
  using kernel = openKernel({ threads });
  parentPort.postMessage(figuresOf(trained, observed, kernel));
}

/** The kernel's memory is given back before the wait. */
function trainedBy(input: TrainingInput, threads: number) {
  using kernel = openKernel({ threads });
  return trainShadow(input, kernel);
}

await run();

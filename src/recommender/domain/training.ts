/** Where a generation comes from: a training somewhere, whose result depends on nothing but its input. */
import { type Generation, openKernel, trainGeneration, type TrainingInput } from '../../als/index.ts';
import type { Cause } from './generation-signals.ts';
import { digestOf, inIdOrder } from './trained.ts';

/** What a training is for. */
export interface TrainingAbout {
  readonly generation: number;
  readonly cause: Cause;
  /** When it began; milliseconds since 1970. */
  readonly trainedAt: number;
}

/** A generation in the order of its ids, and the digest of that. */
export interface Trained {
  readonly generation: Generation;
  readonly digest: string;
}

/**
 * Trains a generation somewhere, and rejects once the signal aborts. What can be tried again it tries again itself; `freeze`
 * is called at once, and again for that.
 */
export type Train = (freeze: () => TrainingInput, about: TrainingAbout, signal: AbortSignal) => Promise<Trained>;

/** In this thread, which it blocks: for tests and for small models. */
export const trainHere: Train = async freeze => {
  using kernel = openKernel();
  return asTrained(trainGeneration(freeze(), { kernel }));
};

export function asTrained(unordered: Generation): Trained {
  const generation = inIdOrder(unordered);
  return { generation, digest: digestOf(generation) };
}

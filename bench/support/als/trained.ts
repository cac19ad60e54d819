/** Vectors of a short training in a kernel's memory, for benchmarks of what is done with vectors. */
import { ImplicitTraining } from '../../../src/als/implicit-training.ts';
import type { Kernel, TrainingInput } from '../../../src/als/index.ts';
import { preferencesOf } from '../../../src/als/training-data.ts';
import { Progress } from '../../../src/als/training-progress.ts';

/** Dispose of it together with its matrices. */
export function trained(input: TrainingInput, kernel: Kernel, sweeps: number): ImplicitTraining {
  const options = { kernel };
  using data = preferencesOf(kernel, input);
  const training = new ImplicitTraining(input, { ...input.settings, sweeps }, data, options);
  training.run(new Progress(sweeps, options));
  return training;
}

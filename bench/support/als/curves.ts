/** Trainings as curves: what each had reached after so many iterations, and after how many seconds. */
import { z } from 'zod';
import { ImplicitTraining } from '../../../src/als/implicit-training.ts';
import type { Kernel, TrainingInput } from '../../../src/als/index.ts';
import { preferencesOf } from '../../../src/als/training-data.ts';
import { Progress } from '../../../src/als/training-progress.ts';
import type { Rival, RivalFolder } from './rival.ts';
import type { Vectors } from './vectors.ts';

export interface Point {
  readonly iterations: number;
  /** From the ratings in memory to the vectors. */
  readonly seconds: number;
  /** By the trainer's own objective. */
  readonly loss: number;
  readonly vectors: () => Vectors;
}

export interface Curve {
  readonly solver: string;
  readonly points: readonly Point[];
}

/** Every length is a training of its own: the last sweep of a training is not like those before it. */
export function ownCurve(
  input: TrainingInput,
  kernel: Kernel,
  { method, most, repeats }: { method: 'blocks' | 'cholesky'; most: number; repeats: number },
): Curve {
  const points: Point[] = [];
  for (let sweeps = 1; sweeps <= most; sweeps++) {
    const runs = Array.from({ length: repeats }, () => ownRun(input, kernel, method, sweeps));
    const best = runs.toSorted((a, b) => a.seconds - b.seconds)[0];
    if (best !== undefined) points.push({ ...best, iterations: sweeps });
  }
  return { solver: method === 'blocks' ? 'Millrace, iALS++' : 'Millrace, Cholesky', points };
}

/** The loss is reckoned after the last sweep was timed. */
function ownRun(
  input: TrainingInput,
  kernel: Kernel,
  method: 'blocks' | 'cholesky',
  sweeps: number,
): Omit<Point, 'iterations'> {
  const settings = { ...input.settings, sweeps };
  const began = performance.now();
  let ended = NaN;
  const options = { kernel, method, losses: 'last', progress: () => (ended = performance.now()) } as const;
  using data = preferencesOf(kernel, input);
  using training = new ImplicitTraining(input, settings, data, options);
  const { losses, saturations } = training.run(new Progress(sweeps, options));
  if (saturations.users + saturations.items > 0)
    throw new Error('The grid is too fine for this benchmark: its factors saturate');
  const { users, items } = {
    users: real(training.users, 2 ** -settings.gridExponent.users),
    items: real(training.items, 2 ** -settings.gridExponent.items),
  };
  const vectors = { factors: settings.factors, users, items };
  return { seconds: (ended - began) / 1_000, loss: losses.at(-1) ?? NaN, vectors: () => vectors };
}

function real({ rows, width, stride, values }: ImplicitTraining['users'], step: number): Float64Array {
  const result = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let f = 0; f < width; f++) result[row * width + f] = (values[row * stride + f] ?? NaN) * step;
  return result;
}

/** Hyper-parameters of a rival, by its own names for them in its driver. */
export interface Fit {
  readonly factors: number;
  readonly regularisation: number;
  readonly unobserved: number;
  readonly seed: number;
}

const Fitted = z.object({ setup: z.number(), seconds: z.array(z.number()), losses: z.array(z.number()) });

/** `implicit` tells its iterations, so one training of the greatest length has all of them. */
export async function implicitCurve(
  rival: Rival,
  folder: RivalFolder,
  { solver, most, repeats, fit }: { solver: 'cg' | 'cholesky'; most: number; repeats: number; fit: Fit },
): Promise<Curve> {
  const name = `implicit-${solver}`;
  const request = { ...fit, solver, iterations: most, out: folder.file(name) };
  const runs: z.infer<typeof Fitted>[] = [];
  for (let run = 0; run < repeats; run++) runs.push(await rival.ask(Fitted, 'fit', request));
  const points = Array.from({ length: most }, (_, at): Point => {
    const seconds = runs.map(run => run.setup + run.seconds.slice(0, at + 1).reduce((sum, one) => sum + one, 0));
    const vectors = (): Vectors => folder.vectors(`${name}-${at + 1}`, fit.factors);
    return { iterations: at + 1, seconds: Math.min(...seconds), loss: runs[0]?.losses[at] ?? NaN, vectors };
  });
  return { solver: `implicit, ${solver === 'cg' ? 'CG(3)' : 'Cholesky'}`, points };
}

const SparkFit = z.object({ seconds: z.number(), loss: z.number().nullable() });

/** Spark tells nothing of its iterations: every length is a training of its own, after one to warm it up. */
export async function sparkCurve(
  rival: Rival,
  folder: RivalFolder,
  { lengths, repeats, fit }: { lengths: readonly number[]; repeats: number; fit: Fit },
): Promise<Curve> {
  await rival.ask(SparkFit, 'fit', { ...fit, iterations: 2, losses: false });
  const points: Point[] = [];
  for (const iterations of lengths) {
    const name = `spark-${iterations}`;
    const runs: z.infer<typeof SparkFit>[] = [];
    for (let run = 0; run < repeats; run++)
      runs.push(await rival.ask(SparkFit, 'fit', { ...fit, iterations, out: folder.file(name) }));
    const seconds = Math.min(...runs.map(run => run.seconds));
    points.push({ iterations, seconds, loss: runs[0]?.loss ?? NaN, vectors: () => folder.vectors(name, fit.factors) });
  }
  return { solver: 'Spark ALS', points };
}

import type { Generation, SideVectors, TrainingInput } from './generation.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import { ImplicitTraining } from './implicit-training.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { starUnit } from './side.ts';
import { StarTraining } from './star-training.ts';
import type { PerSide } from './subspace.ts';
import { preferencesOf } from './training-data.ts';
import { trainParts } from './train-parts.ts';
import { Progress, type TrainingOptions } from './training-progress.ts';

const leastExponent = 4;

/**
 * Trains all vectors anew from histories and settings alone, whatever the model was before. The implicit model begins
 * at the leading singular directions of its weighted preferences and goes on in sweeps of iALS++, items before users; in
 * the end the users are solved whole, so that they fit the items as later solves of single rows do. The star model
 * begins at small hashed values and goes on in sweeps of whole solves. Where factors of a side meet the end of its grid,
 * the training begins again with an exponent less.
 * Of several parts each is trained by itself. @throws {BoundExceeded} @throws {TrainingCancelled}
 */
export function trainGeneration(input: TrainingInput, options: TrainingOptions): Generation {
  if (input.parts !== undefined) return trainParts(input, options, trainGeneration);
  const given = modelSettings({ ...input.settings, ...options.settings });
  const progress = new Progress(2 * given.sweeps, options);
  const implicit = trainedImplicit(input, given, options, progress);
  const { settings, saturations, losses, retries } = implicit;
  using stars = new StarTraining(input, settings, options.kernel);
  const starSaturations = stars.run(progress);
  const side = (name: 'users' | 'items'): SideVectors => ({
    ids: input.live[name].ids,
    ...implicit[name],
    starFactors: dense(stars[name]),
  });
  return {
    base: input.base,
    settings,
    users: side('users'),
    items: side('items'),
    meanStars: input.meanStars / starUnit,
    losses,
    objective: losses.at(-1) ?? NaN,
    saturations: saturations.users + saturations.items + starSaturations,
    retries,
  };
}

type ImplicitSide = Pick<SideVectors, 'factors' | 'events'>;

interface TrainedImplicit {
  readonly users: ImplicitSide;
  readonly items: ImplicitSide;
  readonly settings: ModelSettings;
  readonly saturations: PerSide;
  readonly losses: readonly number[];
  readonly retries: number;
}

/** As often as the grid can be made coarser; the pairs are out of the kernel's memory again before the stars come. */
function trainedImplicit(
  input: TrainingInput,
  given: ModelSettings,
  options: TrainingOptions,
  progress: Progress,
): TrainedImplicit {
  using data = preferencesOf(options.kernel, input);
  let settings = given;
  for (let retries = 0; ; retries++) {
    using training = new ImplicitTraining(input, settings, data, options);
    const { gridExponent } = settings;
    const isHopeless = (saturations: PerSide): boolean => coarserGrid(gridExponent, saturations) !== undefined;
    const { saturations, losses } = training.run(progress, isHopeless);
    const coarser = coarserGrid(gridExponent, saturations);
    if (coarser === undefined) {
      const users = { factors: dense(training.users), events: data.userCounts };
      const items = { factors: dense(training.items), events: data.itemCounts };
      return { users, items, settings, saturations, losses, retries };
    }
    settings = { ...settings, gridExponent: coarser };
  }
}

/** One exponent less on the sides that saturated; undefined if none did, or none can have less. */
function coarserGrid(gridExponent: PerSide, saturations: PerSide): PerSide | undefined {
  const less = (side: keyof PerSide): number =>
    Math.max(leastExponent, gridExponent[side] - Math.sign(saturations[side]));
  const coarser = { users: less('users'), items: less('items') };
  return coarser.users < gridExponent.users || coarser.items < gridExponent.items ? coarser : undefined;
}

/** Row after row without pad columns. */
function dense({ rows, width, stride, values }: FactorMatrix): Int16Array {
  if (stride === width) return values.slice(0, rows * width);
  const result = new Int16Array(rows * width);
  for (let row = 0; row < rows; row++) result.set(values.subarray(row * stride, row * stride + width), row * width);
  return result;
}

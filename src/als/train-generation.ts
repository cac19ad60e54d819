import type { Generation, SideVectors, TrainingInput } from './generation.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import { ImplicitTraining } from './implicit-training.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { starUnit } from './side.ts';
import { StarTraining } from './star-training.ts';
import type { PerSide } from './subspace.ts';
import { preferencesOf } from './training-data.ts';
import { Progress, type TrainingOptions } from './training-progress.ts';

const leastExponent = 4;

/**
 * Trains all vectors anew from histories and settings alone, whatever the model was before. The implicit model begins
 * at the leading singular directions of its weighted preferences and goes on in sweeps of iALS++, items before users; in
 * the end the users are solved whole, so that they fit the items as later solves of single rows do. The star model
 * begins at small hashed values and goes on in sweeps of whole solves. Where factors of a side meet the end of its grid,
 * the training begins again with an exponent less.
 * @throws {BoundExceeded} @throws {TrainingCancelled}
 */
export function trainGeneration(input: TrainingInput, options: TrainingOptions): Generation {
  const { kernel } = options;
  let settings = modelSettings({ ...input.settings, ...options.settings });
  const at = new Progress(2 * settings.sweeps, options);
  using data = preferencesOf(kernel, input);
  for (let retries = 0; ; retries++) {
    using training = new ImplicitTraining(input, settings, data, options);
    const { saturations, losses } = training.run(at);
    const coarser = coarserGrid(settings, saturations);
    if (coarser !== undefined) {
      settings = { ...settings, gridExponent: coarser };
      continue;
    }
    using stars = new StarTraining(input, settings, kernel);
    const starSaturations = stars.run(at);
    const side = (name: 'users' | 'items'): SideVectors => ({
      ids: input.live[name].ids,
      factors: dense(training[name]),
      starFactors: dense(stars[name]),
      events: name === 'users' ? data.userCounts : data.itemCounts,
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
}

/** One exponent less on the sides that saturated; undefined if none did, or none can have less. */
function coarserGrid({ gridExponent }: ModelSettings, saturations: PerSide): PerSide | undefined {
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

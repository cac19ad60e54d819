/** A shadow from its frozen input: trained, then judged beside the live vectors that were frozen with it. */
import {
  type Generation,
  type Kernel,
  liveObjective,
  starUnit,
  type TrainingInput,
  trainGeneration,
} from '../../../als/index.ts';
import type { LearntVectors } from '../../jobs/evaluate/learnt.ts';
import type { ShadowFigures } from './figures.ts';
import { judgeShadow } from './judge.ts';
import type { Observed } from './observed.ts';

/** Both models at the cut; what else was frozen is needed no more. */
export interface Trained {
  readonly live: LearntVectors;
  readonly retrain: LearntVectors;
  readonly objective: ShadowFigures['objective'];
}

export function trainShadow(input: TrainingInput, kernel: Kernel): Trained {
  const before = liveObjective(input, kernel);
  const generation: Generation = trainGeneration(input, { kernel, losses: 'last' });
  const { settings, users, items, meanStars, objective } = generation;
  return {
    live: { ...input.live, meanStars: input.meanStars / starUnit },
    retrain: { settings, users, items, meanStars },
    objective: { live: finite(before), retrain: finite(objective), excess: finite(before / objective - 1) },
  };
}

export const figuresOf = (
  { objective, ...contestants }: Trained,
  observed: Observed,
  kernel: Kernel,
): ShadowFigures => ({
  ...judgeShadow(contestants, observed, { kernel, seed: contestants.live.settings.seed }),
  objective,
});

/** JSON knows no other numbers. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

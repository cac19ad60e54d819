/** What decides how `train` learns. It is journalled before it counts, so that a repetition learns alike. */
import { defaultSettings, type ModelSettings, modelSettings } from '../../als/index.ts';

export interface LearnerSettings {
  readonly model: Partial<ModelSettings>;
  /**
   * Events of a cut while there is a backlog that is learnt in cuts: sorted by event time, so that neither the order of
   * arrival nor the partitions decide what the model becomes. What comes live is one cut an epoch, or a few.
   */
  readonly cutEvery: number;
  /** Events that may wait for the end of the backlog; beyond it they are learnt as they are. */
  readonly maxPending: number;
  /** A backlog with which there are so many times the ratings of the live generation is trained as a whole. */
  readonly growth: number;
}

export const defaultLearner: LearnerSettings = { model: {}, cutEvery: 1_000, maxPending: 2_000_000, growth: 2 };

/** Two settings are the same if and only if their texts are. */
export const textOf = ({ model, cutEvery, maxPending, growth }: LearnerSettings): string =>
  JSON.stringify({ model: modelSettings(model), cutEvery, maxPending, growth });

/** What makes the vectors of a generation. Grids may have been made coarser, so they are no difference. */
export const madeBy = ({ factors, regularisation, unobservedWeight, seed, weights, explicit }: ModelSettings): string =>
  JSON.stringify([factors, regularisation, unobservedWeight, seed, weights, explicit]);

const ofFirstRelease = 'learner-1 ';

/** The settings that release 0.1.0 kept in the version of its state; undefined where the version is none of its. */
export function settingsOfFirstRelease(version: string): LearnerSettings | undefined {
  if (!version.startsWith(ofFirstRelease)) return undefined;
  const said: unknown = JSON.parse(version.slice(ofFirstRelease.length));
  if (typeof said !== 'object' || said === null || !('cutEvery' in said) || typeof said.cutEvery !== 'number')
    return undefined;
  const { cutEvery, ...model } = said;
  return { ...defaultLearner, model: { ...defaultSettings, ...model }, cutEvery };
}

/** The model: implicit-feedback ALS for top-N, explicit ALS with biases for stars. Pure and deterministic. */
export {
  BoundExceeded,
  InvalidInteraction,
  InvalidSettings,
  KernelMissing,
  KernelThreadLost,
  ModelError,
  TrainingCancelled,
  UnusableModelState,
} from './errors.ts';
export { fold, type Told } from './fold.ts';
export type { Generation, SideVectors, TrainingInput } from './generation.ts';
export type { Description } from './groups.ts';
export { byTime, deletedRating, isDeletion, kinds, type Interaction, type Kind, type Scale } from './interaction.ts';
export type { FactorMatrix } from './kernel/factor-matrix.ts';
export type { Kernel, Lister } from './kernel/kernel.ts';
export { openKernel } from './kernel/open.ts';
export { liveObjective } from './live-objective.ts';
export { OuterSum } from './gram.ts';
export { ItemMatrix } from './matrix.ts';
export { Model } from './model.ts';
export type { Numbered } from './adopt.ts';
export { isFactRow } from './rows.ts';
export {
  defaultSettings,
  modelSettings,
  type ExplicitSettings,
  type Heavy,
  type ModelSettings,
  type Refresh,
  type Regularisation,
} from './settings.ts';
export { roundHalfEven } from './rounding.ts';
export { SearchCounts, type Way, ways } from './search/counts.ts';
export { ItemSearch, type SearchOptions } from './search/item-search.ts';
export { starUnit } from './side.ts';
export { alikeBest, type AllowedTopN, dot, fittingBest, greatest, topNOf, type TopNOptions } from './top-n.ts';
export { trainGeneration } from './train-generation.ts';
export type { TrainingOptions } from './training-progress.ts';
export type { Errors, Learnt, ModelVersion, Prequential, RowValue, Scored, Vectors } from './types.ts';
export { defaultWeights, type Weight, type WeightRule, type WeightTable } from './weights.ts';
export { pairsPerWidening } from './widths.ts';
export { foldedIn, whyOf, type Contribution, type Explained, type OwnEvent, type Why } from './why.ts';

import type { ModelVersion } from '../../schemas/types.ts';

type Prequential = ModelVersion['prequential'];
type Own = Pick<ModelVersion, 'generation' | 'number'> &
  Partial<Omit<ModelVersion, 'prequential'>> & { readonly prequential?: Partial<Prequential> };

export const hyperParameters: ModelVersion['hyperParameters'] = {
  factors: 2,
  regularisation: 1,
  unobservedWeight: 1,
  weights: '',
  userExponent: 0,
  itemExponent: 0,
};

const nothing: Prequential = {
  records: 0,
  squaredErrorSum: 0,
  absoluteErrorSum: 0,
  warmRecords: 0,
  warmSquaredErrorSum: 0,
  warmAbsoluteErrorSum: 0,
  rmse: null,
  mae: null,
};

/** A model version without the task that trains: it says what it is given, and else nothing. */
export const versionWith = ({ prequential, ...own }: Own): ModelVersion => ({
  cause: '',
  parentHash: '',
  hash: '',
  seed: 1,
  candidate: null,
  cut: { producer: 'train/0', lineage: 0, epoch: own.number, read: [], wrote: [] },
  learnt: [],
  hyperParameters,
  meanStars: 0,
  popular: [],
  fallback: [],
  tenants: [],
  snapshot: null,
  time: 0,
  ...own,
  prequential: { ...nothing, ...prequential },
});

/** What is published about a state of the model. */
import type { ModelVersion } from '../../../schemas/types.ts';
import type { Model } from '../../als/index.ts';
import type { Control } from './control.ts';
import { asPrequential, type Totals } from './totals.ts';

/** What a model version says beside its cut, which the engine knows. */
export type VersionOf = Omit<ModelVersion, 'cut' | 'learnt'>;

/** Popular items that a version names: more than are judged, so that some may be seen. */
const popularNamed = 32;

export function versionOf(model: Model, totals: Totals, { live }: Pick<Control, 'live'>): VersionOf {
  const { factors, regularisation, unobservedWeight, gridExponent, seed } = model.settings;
  const { hash, parentHash, time } = totals;
  return {
    ...model.version,
    cause: live.cause,
    candidate: null,
    parentHash,
    hash,
    seed,
    hyperParameters: {
      factors,
      regularisation: regularisation.strength,
      unobservedWeight,
      weights: 'configured',
      userExponent: gridExponent.users,
      itemExponent: gridExponent.items,
    },
    meanStars: model.mean,
    popular: model.popular(popularNamed).map(({ itemId }) => itemId),
    prequential: asPrequential(totals),
    snapshot: null,
    time,
  };
}

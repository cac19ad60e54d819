/** What is published about a state of the model. */
import type { ModelVersion } from '../../../schemas/types.ts';
import type { ModelSettings } from '../../als/index.ts';
import type { Control } from './control.ts';
import type { Served } from './served.ts';
import { asPrequential, type Totals } from './totals.ts';
import { type Trending, trendingNamed } from './trending.ts';

/** What a model version says beside its cut, which the engine knows. */
export type VersionOf = Omit<ModelVersion, 'cut' | 'learnt'>;

/** Popular items that a version names, and of what is served without a list: more than are judged. */
const named = trendingNamed;

export function versionOf(
  served: Served,
  totals: Totals,
  { live }: Pick<Control, 'live'>,
  trending: Pick<Trending, 'first'>,
): VersionOf {
  const { live: model } = served;
  const { hash, parentHash, time } = totals;
  const popular = model.popular(named).map(({ itemId }) => itemId);
  return {
    ...model.version,
    cause: live.cause,
    candidate: candidateOf(served),
    parentHash,
    hash,
    seed: model.settings.seed,
    hyperParameters: hyperParametersOf(model.settings),
    meanStars: model.mean,
    popular,
    fallback: [...new Set([...trending.first(named), ...popular])].slice(0, named),
    prequential: asPrequential(totals),
    snapshot: null,
    time,
  };
}

function candidateOf({ candidate }: Served): ModelVersion['candidate'] {
  if (candidate === undefined) return null;
  const { model, about } = candidate;
  const { generation, share } = about;
  return { generation, share, hash: model.hash(), hyperParameters: hyperParametersOf(model.settings) };
}

const hyperParametersOf = ({
  factors,
  regularisation,
  unobservedWeight,
  gridExponent,
}: ModelSettings): ModelVersion['hyperParameters'] => ({
  factors,
  regularisation: regularisation.strength,
  unobservedWeight,
  weights: 'configured',
  userExponent: gridExponent.users,
  itemExponent: gridExponent.items,
});

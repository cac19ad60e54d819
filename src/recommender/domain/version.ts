/** What is published about a state of the model. */
import type { ModelVersion } from '../../../schemas/types.ts';
import type { ModelSettings, Scored } from '../../als/index.ts';
import type { Control } from './control.ts';
import { tenantsOf } from './own-version.ts';
import type { Served } from './served.ts';
import { asPrequential, type Totals } from './totals.ts';
import { type Trending, trendingNamed } from './trending.ts';

/** What a model version says beside its cut, which the engine knows. */
export type VersionOf = Omit<ModelVersion, 'cut' | 'learnt'>;

/** Popular items of each tenant that a version names, and of what is served without a list: more than are judged. */
const named = trendingNamed;

interface Told {
  readonly control: Pick<Control, 'live'>;
  readonly trending: Pick<Trending, 'first'>;
  /** Of each tenant, best first. */
  readonly popular: ReadonlyMap<string, readonly Scored[]>;
}

export function versionOf(served: Served, totals: Totals, told: Told): VersionOf {
  const { live } = told.control;
  const { live: model } = served;
  const { hash, parentHash, time } = totals;
  const popular = Array.from(
    told.popular,
    ([tenant, items]) => [tenant, items.slice(0, named).map(({ itemId }) => itemId)] as const,
  );
  return {
    ...model.version,
    cause: live.cause,
    candidate: candidateOf(served),
    parentHash,
    hash,
    seed: model.settings.seed,
    hyperParameters: hyperParametersOf(model.settings),
    meanStars: model.mean,
    popular: popular.flatMap(([, ids]) => ids),
    fallback: popular.flatMap(([tenant, ids]) =>
      [...new Set([...told.trending.first(named, tenant), ...ids])].slice(0, named),
    ),
    tenants: tenantsOf(model, totals.tenants),
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

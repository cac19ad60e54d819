/** What the API and the pages read: each is written by one topology. */
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import { kinds, type ModelSettings, type Scored } from '../../als/index.ts';
import type { ToldQuality } from './quality.ts';
import { type LiveGeneration, owesErasureTo } from './control.ts';
import { standing } from './history.ts';
import type { Learner } from './learner.ts';
import { type OwnVersion, ownVersion } from './own-version.ts';
import type { Served } from './served.ts';
import type { Judged } from './totals.ts';
import type { HistoryPage, ShelfItem } from './shelf.ts';

/** Things of a user in the profile, newest first. */
const profileItemsKept = 200;

/** A vector, its factors as base64 of 16-bit integers: a third of what JSON numbers take. */
export const asVectorDocument = (vector: UserVector | ItemVector) => ({
  id: vector.id,
  generation: vector.generation,
  number: vector.number,
  factors: vector.factors.toString('base64'),
  exponent: vector.exponent,
  starFactors: vector.starFactors.toString('base64'),
  starExponent: vector.starExponent,
  bias: vector.bias,
  events: vector.events,
  candidate: candidateOf(vector),
});

/** An item's factors in the generation that an experiment tries out; a user is in one generation only. */
function candidateOf(vector: UserVector | ItemVector) {
  if (!('candidate' in vector) || vector.candidate === null) return null;
  const { generation, factors, exponent } = vector.candidate;
  return { generation, factors: factors.toString('base64'), exponent };
}

/** Null where there are no items: of a user who is no more, or who has had everything. */
export const asListDocument = ({ items, ...list }: Recommendation) =>
  items.length === 0
    ? null
    : { ...list, items: items.map(({ itemId, score, reason: why }) => ({ itemId, score, reason: why })) };

/** How good the lists of a task are; `quality.ts` makes one picture of all of them. */
export const asQualityDocument = ({ seen, judged, exposure, ...version }: ToldQuality) => ({
  ...version,
  seen: [...seen],
  judged: judged.map(({ policy, generation, all, warm }) => ({
    policy,
    generation,
    all: { ...all },
    warm: { ...warm },
  })),
  exposure: { ...exposure, counts: exposure.counts.map(count => ({ ...count })) },
});

/** What is known of the model: for everybody who looks after it, and for each tenant that the version is another for, with what is popular there. */
export function asModelDocuments(version: Omit<ModelVersion, 'cut'>, learner: Learner) {
  const hasNews = learner.hasNewsFor();
  const due = [...learner.popular].filter(([tenant]) => tenant === '' || hasNews(tenant));
  return due.map(([tenant, popular]) => {
    const as = tenant === '' ? asModelDocument : asTenantModelDocument;
    const about = {
      live: learner.control.live,
      owesErasure: owesErasureTo(tenant, learner.control),
      popular,
      own: ownVersion(version, tenant),
    };
    return { tenant, body: as({ ...version, meanStars: learner.model.meanOf(tenant) }, learner.served, about) };
  });
}

const asModelDocument = (
  { generation, number, cause, hash, prequential, time, meanStars }: Omit<ModelVersion, 'cut'>,
  { live: model, candidate }: Served,
  {
    live,
    popular,
    owesErasure: isOwed,
    own,
  }: {
    readonly live: Pick<LiveGeneration, 'name' | 'trainedAt'>;
    readonly popular: readonly Scored[];
    /** Whether the vectors still come from somebody who was erased. */
    readonly owesErasure: boolean;
    /** What the version is to the tenant; the document of '' is also that of the whole model. */
    readonly own: OwnVersion;
  },
) => ({
  generation,
  number,
  generationName: live.name,
  trainedAt: live.trainedAt,
  owesErasure: isOwed,
  cause,
  candidate: candidate === undefined ? null : asCandidateDocument(candidate),
  settings: asSettings(model.settings),
  hash,
  time,
  meanStars,
  counts: { ...model.counts },
  prequential: { ...prequential },
  popular: popular.map(({ itemId, score }) => ({ itemId, score })),
  own: { number: own.number, time: own.time },
});

/** The same for one of several tenants: what it needs to serve its lists, and no figure that counts the others. */
const asTenantModelDocument = (...from: Parameters<typeof asModelDocument>) => {
  const all = asModelDocument(...from);
  const { generation, own, generationName, trainedAt, cause, candidate, settings, meanStars, popular } = all;
  const tried = candidate && {
    name: candidate.name,
    generation: candidate.generation,
    share: candidate.share,
    startedAt: candidate.startedAt,
    settings: candidate.settings,
  };
  const { owesErasure: isOwed } = all;
  return {
    generation,
    number: own.number,
    generationName,
    trainedAt,
    owesErasure: isOwed,
    cause,
    candidate: tried,
    settings,
    time: own.time,
    meanStars,
    popular,
  };
};

/** The experiment that runs, and how well either model estimated what the users of its arm did since it began. */
const asCandidateDocument = ({ model, about }: NonNullable<Served['candidate']>) => {
  const { name, generation, share, startedAt, judged } = about;
  return {
    name,
    generation,
    share,
    startedAt,
    settings: asSettings(model.settings),
    judged: { live: asErrors(judged.live), candidate: asErrors(judged.candidate) },
  };
};

const asErrors = ({ count, squared, warm }: Judged) => ({
  records: count,
  squaredErrorSum: squared,
  warmRecords: warm.count,
  warmSquaredErrorSum: warm.squared,
});

/** What explains a score: see `why.ts`. */
const asSettings = ({ regularisation, unobservedWeight, gridExponent, weights }: ModelSettings) => ({
  regularisation: { ...regularisation },
  unobservedWeight,
  gridExponent: { ...gridExponent },
  weights: { ageBounds_ms: [...weights.ageBounds_ms], rules: weights.rules.map(rule => ({ ...rule })) },
});

export interface Profile {
  readonly userId: string;
  readonly items: readonly ShelfItem[];
  /** What the version with which it is written is to the user's tenant. */
  readonly version: Pick<OwnVersion, 'generation' | 'number'>;
  /** Digest of the list that goes with it: one that came out the same is not written again. */
  readonly list: string | null;
}

/** Null of a user who was erased, or of a session that became a user. */
export const asProfileDocument = ({ userId, items, version: { generation, number }, list }: Profile) =>
  items.length === 0
    ? null
    : {
        userId,
        count: items.length,
        generation,
        number,
        list,
        items: items.slice(0, profileItemsKept).map(({ itemId, kind, value, time }) => ({ itemId, kind, value, time })),
      };

/** Pages of a user sort by their ids. */
export const historyPageId = ({ page }: Pick<HistoryPage, 'page'>): string => String(page).padStart(8, '0');

/** A part of all that a user has done: for each item and kind the newest event that stands. Null where the page is no more. */
export const asHistoryDocument = ({ userId, page, items }: HistoryPage) =>
  items && {
    userId,
    page,
    items: items.flatMap(({ itemId, done }) => {
      const stands = standing(done);
      const told = kinds.flatMap(kind =>
        stands[kind] ? [{ kind, value: stands[kind].value, time: stands[kind].time }] : [],
      );
      return told.length === 0 ? [] : [{ itemId, done: told }];
    }),
  };

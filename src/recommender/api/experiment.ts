/** How the arms of an experiment compare: by the quality of their lists, and by what users did who were shown them. */
import type { Exposure, Rating } from '../../../schemas/types.ts';
import { hours, type Millis } from '../../stream/time.ts';
import { Attribution, type Followed, type PolicyAttribution } from '../domain/attribution.ts';
import { differenceInterval, type Interval, shareInterval } from '../domain/intervals.ts';
import { type Figures, mergedQuality } from '../domain/quality.ts';
import { type PredictedEvents, predictedOf } from './model-quality.ts';
import type { arms, ModelDocument, Stored } from './stored.ts';
import type { StoredModel } from './stored-model.ts';
import type { StreamTail } from './stream-tail.ts';

/** Lists, and events, that the comparison looks back on at most. */
export const mostExposures = 20_000;
export const mostEvents = 50_000;

export interface Arm {
  readonly policy: (typeof arms)[number];
  readonly generation: number;
  /** Part of all users that it serves. */
  readonly share: number;
  /** Of its lists, prequentially; null before any were judged. */
  readonly quality: { readonly all: Figures; readonly warm: Figures } | null;
  /** Of what its users rated since the experiment began; null while none runs. */
  readonly predicted: { readonly all: PredictedEvents; readonly warm: PredictedEvents } | null;
  readonly lists: Followed;
  readonly items: Followed;
  readonly users: Followed;
  /** Part of its users who followed a list, and where that lies at 95 %; null without users. */
  readonly userShare: number | null;
  readonly userShareInterval: Interval | null;
}

export interface Experiment {
  readonly isRunning: boolean;
  /** When the first of the lists that are looked at was shown, ISO 8601; null without any. */
  readonly since: string | null;
  readonly withinHours: number;
  readonly arms: readonly Arm[];
  /** Lists that no arm made. */
  readonly fallbacks: readonly PolicyAttribution[];
  /** What the candidate's share of users who followed has over the live one's, at 95 %; null where it cannot be told. */
  readonly difference: ({ readonly estimate: number } & Interval) | null;
}

export interface ExperimentParts {
  readonly stored: Stored;
  readonly storedModel: StoredModel;
  readonly shown: StreamTail<Exposure>;
  readonly events: StreamTail<Rating>;
}

/** @param withinHours how long after a list an event counts for it */
export async function experimentOf(parts: ExperimentParts, withinHours: number): Promise<Experiment> {
  const model = await parts.stored.model();
  const shown = comparable(await parts.shown.newest(), model);
  // Without lists there is nothing that an event could follow.
  const events = shown.length === 0 ? [] : await parts.events.newest();
  const figures = figuresOf(shown, events, hours(withinHours));
  const quality = mergedQuality(await parts.storedModel.quality())?.policies ?? [];
  const arms = armsOf(model).map((arm): Arm => {
    const { lists, items, users } = figures.find(({ policy }) => policy === arm.policy) ?? nothing;
    const judged = quality.find(({ policy, generation }) => policy === arm.policy && generation === arm.generation);
    return {
      ...arm,
      quality: judged === undefined ? null : { all: judged.all, warm: judged.warm },
      predicted: predictedBy(model, arm.policy),
      lists,
      items,
      users,
      userShare: users.shown === 0 ? null : users.followed / users.shown,
      userShareInterval: shareInterval(countOf(users)),
    };
  });
  const first = shown.reduce((least, { time }) => Math.min(least, time), Infinity);
  return {
    isRunning: arms.length > 1,
    since: shown.length === 0 ? null : new Date(first).toISOString(),
    withinHours,
    arms,
    fallbacks: figures.filter(({ policy }) => policy !== 'live' && policy !== 'candidate'),
    difference: differenceOf(arms),
  };
}

/**
 * While an experiment runs, what was shown since the candidate's first list: before that the live arm had other users and
 * other days. Lists of other generations than those that are compared belong to neither arm.
 */
function comparable(shown: readonly Exposure[], model: ModelDocument | undefined): readonly Exposure[] {
  if (model === undefined) return [];
  const { generation, candidate } = model;
  const ofArm = ({ policy, generation: own }: Exposure): boolean =>
    policy === 'live' ? own === generation : policy !== 'candidate' || own === candidate?.generation;
  const mine = shown.filter(ofArm);
  if (!candidate) return mine;
  const begun = mine.reduce(
    (least, { policy, time }) => (policy === 'candidate' ? Math.min(least, time) : least),
    Infinity,
  );
  return mine.filter(({ time }) => time >= begun);
}

function figuresOf(shown: readonly Exposure[], events: readonly Rating[], within: Millis): PolicyAttribution[] {
  const attribution = new Attribution(within);
  for (const exposure of shown) attribution.shown(exposure);
  for (const event of events) attribution.did(event);
  return attribution.figures();
}

function armsOf(model: ModelDocument | undefined): Pick<Arm, 'policy' | 'generation' | 'share'>[] {
  if (model === undefined) return [];
  const { generation, candidate } = model;
  const live = { policy: 'live' as const, generation, share: 1 - (candidate?.share ?? 0) };
  if (!candidate) return [live];
  return [live, { policy: 'candidate', generation: candidate.generation, share: candidate.share }];
}

function predictedBy(model: ModelDocument | undefined, policy: Arm['policy']): Arm['predicted'] {
  const sums = model?.candidate?.judged?.[policy];
  return sums === undefined ? null : predictedOf(sums);
}

function differenceOf([live, candidate]: readonly Arm[]): Experiment['difference'] {
  if (live === undefined || candidate === undefined) return null;
  const interval = differenceInterval(countOf(candidate.users), countOf(live.users));
  if (interval === null || live.userShare === null || candidate.userShare === null) return null;
  return { estimate: candidate.userShare - live.userShare, ...interval };
}

const countOf = ({ shown, followed }: Followed) => ({ hits: followed, of: shown });
const none: Followed = { shown: 0, followed: 0 };
const nothing = { lists: none, items: none, users: none };

/** How good the model is, from what its topologies tell: errors, lists, what they hold, and its generation. */
import type { Millis } from '../../stream/time.ts';
import {
  type ExposureFigures,
  type Figures,
  mergedQuality,
  type PolicyFigures,
  type TaskQuality,
} from '../domain/quality.ts';
import type { ModelDocument, Stored } from './stored.ts';
import type { GenerationDocument, StoredModel } from './stored-model.ts';

/** Events that were predicted before they were learnt. */
export interface PredictedEvents {
  readonly events: number;
  /** In stars; null before the first. */
  readonly rmse: number | null;
}

/** Of a model that has a version. */
export interface ModelQuality {
  /** `generation.number`. */
  readonly modelVersion: string;
  readonly generation: {
    readonly number: number;
    /** Why it was begun; empty where nobody told. */
    readonly cause: string;
    /** When its training ended, ISO 8601, and how long ago that was; null for one that was never trained whole. */
    readonly trainedAt: string | null;
    readonly ageMs: Millis | null;
    /** Share by which its loss exceeds that of a whole retraining, as of the last shadow; null where there was none. */
    readonly shadowGap: number | null;
  };
  readonly counts: { readonly users: number; readonly items: number } | null;
  /** Over the generation; `warm` are events whose user and item had both been known. */
  readonly predicted: { readonly all: PredictedEvents; readonly warm: PredictedEvents };
  /** How often the lists held the item of an event that came next; null before any told of it. */
  readonly lists: {
    readonly all: Figures;
    readonly warm: Figures;
    /** Part of the events whose item was within the first 1, 2 … 10 places; null without events. */
    readonly hitRates: { readonly all: readonly number[] | null; readonly warm: readonly number[] | null };
    readonly policies: readonly PolicyFigures[];
  } | null;
  /** What the first ten of all lists hold; null before any task told of it. */
  readonly held: (Omit<ExposureFigures, 'novelty_bits'> & { readonly noveltyBits: number | null }) | null;
}

export interface QualityParts {
  readonly stored: Stored;
  readonly storedModel: StoredModel;
  readonly clock: { now(): Millis };
}

/** Undefined before the first model version. */
export async function modelQuality({ stored, storedModel, clock }: QualityParts): Promise<ModelQuality | undefined> {
  const model = await stored.wholeModel();
  if (model === undefined) return undefined;
  const generation = (await storedModel.generations()).find(({ name }) => name === model.generationName);
  return {
    modelVersion: `${model.generation}.${model.number}`,
    generation: generationOf(model, generation, clock.now()),
    counts: model.counts ?? null,
    predicted: predictedOf(model.prequential),
    ...listsOf(await storedModel.quality()),
  };
}

function generationOf(
  { generation: number, cause, trainedAt }: ModelDocument,
  trained: GenerationDocument | undefined,
  now: Millis,
): ModelQuality['generation'] {
  if (trainedAt === 0) return { number, cause, trainedAt: null, ageMs: null, shadowGap: null };
  const ageMs = Math.max(0, now - trainedAt);
  return {
    number,
    cause,
    trainedAt: new Date(trainedAt).toISOString(),
    ageMs,
    shadowGap: trained?.quality?.gap ?? null,
  };
}

function listsOf(tasks: readonly TaskQuality[]): Pick<ModelQuality, 'lists' | 'held'> {
  const merged = mergedQuality(tasks);
  if (merged === undefined) return { lists: null, held: null };
  const { all, warm, policies, exposure } = merged;
  return { lists: { all, warm, policies, hitRates: hitRatesOf(tasks) }, held: heldOf(exposure) };
}

export function predictedOf(sums: ModelDocument['prequential']): ModelQuality['predicted'] {
  if (sums === undefined) return { all: predicted(0, 0), warm: predicted(0, 0) };
  const { records, squaredErrorSum, warmRecords, warmSquaredErrorSum } = sums;
  return { all: predicted(records, squaredErrorSum), warm: predicted(warmRecords, warmSquaredErrorSum) };
}

const heldOf = ({ novelty_bits: noveltyBits, ...held }: ExposureFigures) => ({ ...held, noveltyBits });

const predicted = (events: number, squared: number): PredictedEvents => ({
  events,
  rmse: events === 0 ? null : Math.sqrt(squared / events),
});

function hitRatesOf(tasks: readonly TaskQuality[]) {
  const judged = tasks.flatMap(task => task.judged);
  return { all: rates(judged.map(({ all }) => all)), warm: rates(judged.map(({ warm }) => warm)) };
}

function rates(parts: readonly TaskQuality['judged'][number]['all'][]): number[] | null {
  const events = parts.reduce((sum, part) => sum + part.events, 0);
  if (events === 0) return null;
  let hits = 0;
  return (parts[0]?.places ?? []).map((_, place) => {
    hits += parts.reduce((sum, part) => sum + (part.places[place] ?? 0), 0);
    return hits / events;
  });
}

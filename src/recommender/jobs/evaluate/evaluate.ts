import type { ModelSettings } from '../../../als/index.ts';
import { incremental, popularity, retrained, type Contestant } from './contestant.ts';
import { EvaluateInput } from './errors.ts';
import { figures, type Figures } from './figures.ts';
import { judge, type Judgement } from './judge.ts';
import { split, type Protocol, type SplitOptions } from './protocols.ts';
import { readNegatives, readRatings } from './read.ts';
import { anyStars, likedFrom, type Split } from './split.ts';

/** A ratings file that a protocol divides, or two that someone has divided. Paths. */
export type EvaluateSource =
  | { readonly protocol: Protocol; readonly ratings: string }
  | { readonly protocol: 'files'; readonly train: string; readonly test: string; readonly negatives?: string };

export interface EvaluateOptions {
  readonly source: EvaluateSource;
  readonly seed: number;
  /** Of the model; the seed above is used for its first values, too. */
  readonly settings?: Partial<Omit<ModelSettings, 'seed'>>;
  /** Share that is held out by the protocols that take one; .2 by default. */
  readonly holdOut?: number;
  /** Events that the incremental model learns at a time; 1,000 by default. */
  readonly eventsPerCut?: number;
  /** Monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Is told what each model answered, as soon as it is judged. */
  readonly judged?: (model: ModelName, judgement: Judgement) => void | Promise<void>;
}

export const modelNames = ['popularity', 'retrain', 'incremental'] as const;
export type ModelName = (typeof modelNames)[number];

export interface Evaluation {
  readonly protocol: EvaluateSource['protocol'];
  readonly seed: number;
  /** Users and items of both parts. */
  readonly users: number;
  readonly items: number;
  readonly models: { readonly [name in ModelName]: Figures };
}

/** Lets each model learn one part of the ratings and judges it by the other. @throws {EvaluateInput} */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { source, seed } = options;
  const { settings, holdOut, eventsPerCut } = checked(options);
  const parts = await partsOf(source, { seed, holdOut });
  const rows = [...parts.train, ...parts.test];
  const users = new Set(rows.map(({ userId }) => userId)).size;
  const items = new Set(rows.map(({ itemId }) => itemId)).size;
  const { train } = parts;
  const models = {
    popularity: await measured('popularity', () => popularity(train), parts, options),
    retrain: await measured('retrain', () => retrained(train, settings), parts, options),
    incremental: await measured('incremental', () => incremental(train, settings, eventsPerCut), parts, options),
  };
  return { protocol: source.protocol, seed, users, items, models };
}

async function measured(
  name: ModelName,
  learn: () => Contestant,
  parts: Split,
  { now, judged }: EvaluateOptions,
): Promise<Figures> {
  const begin = now();
  const contestant = learn();
  const seconds = (now() - begin) / 1_000;
  const judgement = judge(contestant, parts);
  await judged?.(name, judgement);
  return figures(judgement, seconds);
}

type FileSource = Extract<EvaluateSource, { readonly protocol: 'files' }>;

async function partsOf(source: EvaluateSource, options: SplitOptions): Promise<Split> {
  if (source.protocol === 'files') return partsOfFiles(source);
  const parts = split(await readRatings(source.ratings), source.protocol, options);
  if (parts.train.length > 0 && parts.test.length > 0) return parts;
  throw new EvaluateInput(
    `${source.ratings} has too few ratings for the protocol ${source.protocol}: ${parts.train.length} would be learnt and ${parts.test.length} judged`,
    'Give more ratings',
  );
}

/** With negatives every held-out item is relevant, as in the published protocols that come with such files. */
async function partsOfFiles({ train, test, negatives }: FileSource): Promise<Split> {
  const parts = { train: await readRatings(train), test: await readRatings(test) };
  if (negatives === undefined) return { ...parts, relevantFrom: likedFrom };
  return { ...parts, relevantFrom: anyStars, negatives: await readNegatives(negatives) };
}

function checked({ seed, settings, holdOut = 0.2, eventsPerCut = 1_000 }: EvaluateOptions) {
  if (!(holdOut > 0 && holdOut < 1))
    throw new EvaluateInput(`A share of ${holdOut} cannot be held out`, 'Give a number between 0 and 1');
  if (!Number.isInteger(eventsPerCut) || eventsPerCut < 1)
    throw new EvaluateInput(`A cut cannot have ${eventsPerCut} events`, 'Give an integer of at least 1');
  return { settings: { ...settings, seed }, holdOut, eventsPerCut };
}

import type { Kernel, ModelSettings } from '../../../als/index.ts';
import { type BootstrapOptions, bootstrapOptions } from './bootstrap.ts';
import { type Gains, gainsOf, type Intervals, intervalsOf } from './compared.ts';
import { type Contestant, incremental, popularity, retrained } from './contestant.ts';
import { EvaluateInput } from './errors.ts';
import { type Figures, figures, figuresOfAll } from './figures.ts';
import { judge, type Judgement } from './judge.ts';
import { pooled } from './pooled.ts';
import { type EvaluateSource, openSource } from './sources.ts';
import type { Split } from './split.ts';
import { type UserFigures, userFigures } from './user-figures.ts';

export interface EvaluateOptions {
  readonly source: EvaluateSource;
  /** The first one; it also draws the users of the intervals. */
  readonly seed: number;
  /** How many seeds, one after the other: each draws a division and first values of its own. 1 by default. */
  readonly seeds?: number | undefined;
  /** Of the model; the seeds above are used for its first values, too. */
  readonly settings?: Partial<Omit<ModelSettings, 'seed'>>;
  /** Share that is held out by the protocols that take one; .2 by default. */
  readonly holdOut?: number;
  /** Events that the incremental model learns at a time; 1,000 by default. */
  readonly eventsPerCut?: number;
  /** Draws of users that intervals are made of; 1,000 by default. */
  readonly resamples?: number | undefined;
  readonly kernel: Kernel;
  /** Monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Is told what each model answered, as soon as it is judged. */
  readonly judged?: (model: ModelName, judgement: Judgement, seed: number) => void | Promise<void>;
}

export const modelNames = ['popularity', 'retrain', 'incremental'] as const;
export type ModelName = (typeof modelNames)[number];
type OfModels<T> = { readonly [name in ModelName]: T };

export interface Evaluation {
  readonly protocol: EvaluateSource['protocol'];
  readonly seed: number;
  readonly seeds: readonly number[];
  /** Users and items of both parts. */
  readonly users: number;
  readonly items: number;
  /** Over all seeds: of the errors and lists of all of them together. */
  readonly models: OfModels<Figures & { readonly intervals: Intervals }>;
  readonly gains: {
    readonly retrainBesidePopularity: Gains;
    readonly incrementalBesidePopularity: Gains;
    readonly incrementalBesideRetrain: Gains;
  };
  /** What the intervals are made of: draws of users, the same for all models. */
  readonly bootstrap: BootstrapOptions;
  /** The figures of each seed alone. */
  readonly runs: readonly { readonly seed: number; readonly models: OfModels<Figures> }[];
}

/** Lets each model learn one part of the ratings and judges it by the other. @throws {EvaluateInput} */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { source, seed } = options;
  const { holdOut, seeds, bootstrap } = checked(options);
  const { ratings, partsOf } = await openSource(source, { holdOut });
  const runs: Run[] = [];
  for (const each of seeds) runs.push(await runOf(each, partsOf(each), options));
  const all = ofModels(name => pooled(runs.map(({ models }) => models[name].users)));
  const gains = (model: ModelName, beside: ModelName): Gains =>
    gainsOf({ model: all[model], beside: all[beside] }, bootstrap);
  return {
    protocol: source.protocol,
    seed,
    seeds,
    users: ratings.userIds.length,
    items: ratings.itemIds.length,
    models: ofModels(name => ({
      ...figuresOfAll(
        runs.map(({ models }) => models[name].figures),
        all[name],
      ),
      intervals: intervalsOf(all[name], bootstrap),
    })),
    gains: {
      retrainBesidePopularity: gains('retrain', 'popularity'),
      incrementalBesidePopularity: gains('incremental', 'popularity'),
      incrementalBesideRetrain: gains('incremental', 'retrain'),
    },
    bootstrap,
    runs: runs.map(run => ({ seed: run.seed, models: ofModels(name => run.models[name].figures) })),
  };
}

type Measured = { readonly figures: Figures; readonly users: UserFigures };
type Run = { readonly seed: number; readonly models: OfModels<Measured> };

async function runOf(seed: number, parts: Split, options: EvaluateOptions): Promise<Run> {
  const { eventsPerCut = defaultEventsPerCut } = options;
  const { ratings, train } = parts;
  const learning = { ratings, train, settings: { ...options.settings, seed }, kernel: options.kernel };
  const measured = async (name: ModelName, learn: () => Contestant): Promise<Measured> => {
    const begin = options.now();
    const contestant = learn();
    const seconds = (options.now() - begin) / 1_000;
    const judgement = judge(contestant, parts);
    await options.judged?.(name, judgement, seed);
    const users = userFigures(judgement);
    return { figures: figures(judgement, users, seconds), users };
  };
  return {
    seed,
    models: {
      popularity: await measured('popularity', () => popularity(learning)),
      retrain: await measured('retrain', () => retrained(learning)),
      incremental: await measured('incremental', () => incremental(learning, eventsPerCut)),
    },
  };
}

const ofModels = <T>(valueOf: (name: ModelName) => T): OfModels<T> => ({
  popularity: valueOf('popularity'),
  retrain: valueOf('retrain'),
  incremental: valueOf('incremental'),
});

const defaultEventsPerCut = 1_000;
const mostSeeds = 100;

function checked({ seed, seeds = 1, holdOut = 0.2, eventsPerCut = defaultEventsPerCut, resamples }: EvaluateOptions) {
  if (!(holdOut > 0 && holdOut < 1))
    throw new EvaluateInput(`A share of ${holdOut} cannot be held out`, 'Give a number between 0 and 1');
  if (!Number.isInteger(eventsPerCut) || eventsPerCut < 1)
    throw new EvaluateInput(`A cut cannot have ${eventsPerCut} events`, 'Give an integer of at least 1');
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > mostSeeds)
    throw new EvaluateInput(`There cannot be ${seeds} seeds`, `Give an integer from 1 to ${mostSeeds}`);
  return {
    holdOut,
    seeds: Array.from({ length: seeds }, (_, index) => (seed + index) % 2 ** 32),
    bootstrap: bootstrapOptions({ seed, resamples }),
  };
}

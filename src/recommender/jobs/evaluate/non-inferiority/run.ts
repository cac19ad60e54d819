/** Whether learning in cuts is as good as retraining: both judged at checkpoints of a stream by what comes next. */
import type { Kernel, ModelSettings } from '../../../../als/index.ts';
import { type BootstrapOptions, bootstrapOptions } from '../bootstrap.ts';
import { type Gain, gainsOf } from '../compared.ts';
import { EvaluateInput } from '../errors.ts';
import { mean } from '../metrics.ts';
import { pooled } from '../pooled.ts';
import type { Ratings } from '../ratings.ts';
import type { UserFigures } from '../user-figures.ts';
import { type CheckpointFigures, follow } from './follow.ts';
import { type Order, streamOf } from './stream.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface NonInferiorityOptions {
  readonly ratings: Ratings;
  /** The first one: of first values and drawn orders; it also draws the users of the intervals. */
  readonly seed: number;
  /** How many seeds, one after the other; 3 by default. */
  readonly seeds?: number | undefined;
  /** 10 by default. */
  readonly checkpoints?: number | undefined;
  /** `time` by default. */
  readonly order?: Order | undefined;
  /** Share of the stream that the first generation is trained on; .5 by default. */
  readonly first?: number | undefined;
  readonly settings?: Partial<Omit<ModelSettings, 'seed'>>;
  /** Events that the incremental model learns at a time; 1,000 by default. */
  readonly eventsPerCut?: number;
  /** How much there has to be for the next generation, in times of what the last one was trained on; 2 by default. */
  readonly growth?: number | undefined;
  readonly resamples?: number | undefined;
  readonly kernel: Kernel;
  /** Is told of each checkpoint as soon as both models are judged. */
  readonly reached?: (checkpoint: CheckpointFigures) => void;
}

export interface Judged extends Gain {
  readonly verdict: Verdict;
}

export interface NonInferiority {
  readonly order: Order;
  readonly seeds: readonly number[];
  /** Share by which the incremental model may be worse. */
  readonly margin: number;
  /**
   * (incremental - retrain) / retrain over all checkpoints and seeds together; of RMSE, where less is better, the sign is
   * turned: below 0 is worse of both.
   */
  readonly ndcg10: Judged;
  readonly rmse: Judged;
  /** Share of the places of the incremental model's lists whose item the retrain's list holds, too. */
  readonly overlap10: number;
  /** The implicit loss beside that of the retrain, over all checkpoints: mean, greatest, and whether all are within bounds. */
  readonly objectiveGap: {
    readonly mean: number;
    readonly most: number;
    readonly bound: number;
    readonly held: boolean;
  };
  /** Generations after the first one, and how much there had to be for each, in times of what the last was trained on. */
  readonly generations: number;
  readonly growth: number;
  /** Vectors that changed for each event, apart from generations: those it touched, and those that were refreshed. */
  readonly changedPerEvent: number;
  readonly eventsPerCut: number;
  readonly bootstrap: BootstrapOptions;
  /** Users that the intervals are drawn from: each is one cluster, whatever it did at how many checkpoints. */
  readonly users: number;
  readonly checkpoints: readonly CheckpointFigures[];
}

/** What the incremental model may lose: one per cent. */
const margin = 0.01;

/** @throws {EvaluateInput} */
export function nonInferiority(options: NonInferiorityOptions): NonInferiority {
  const { ratings, order, seeds, checkpoints, first, eventsPerCut, growth, bootstrap } = checked(options);
  const reached: CheckpointFigures[] = [];
  let learnt = 0;
  const models: { incremental: UserFigures[]; retrain: UserFigures[] } = { incremental: [], retrain: [] };
  for (const seed of seeds) {
    const stream = streamOf(ratings, { order, seed, checkpoints, first });
    const settings = { ...options.settings, seed };
    learnt += (stream.checkpoints.at(-1)?.events ?? stream.first) - stream.first;
    for (const { figures, incremental, retrain } of follow(stream, {
      ratings,
      settings,
      eventsPerCut,
      growth,
      seed,
      kernel: options.kernel,
    })) {
      reached.push(figures);
      models.incremental.push(incremental);
      models.retrain.push(retrain);
      options.reached?.(figures);
    }
  }
  const sum = (of: (each: CheckpointFigures) => number): number => reached.reduce((total, each) => total + of(each), 0);
  const pair = { model: pooled(models.incremental), beside: pooled(models.retrain) };
  const gains = gainsOf(pair, bootstrap);
  const judged = (gain: Gain): Judged => ({ ...gain, verdict: verdictOf(gain, margin) });
  return {
    order,
    seeds,
    margin,
    ndcg10: judged(gains.ndcg10),
    rmse: judged(gains.rmse),
    overlap10: share(reached),
    objectiveGap: gapOf(reached.map(({ objectiveGap }) => objectiveGap)),
    generations: sum(({ generations }) => generations),
    growth,
    changedPerEvent: sum(({ changed }) => changed) / learnt,
    eventsPerCut,
    bootstrap,
    users: pair.model.users.length,
    checkpoints: reached,
  };
}

/** What the loss may be greater: half a per cent. */
const gapBound = 0.005;

function gapOf(gaps: readonly number[]): NonInferiority['objectiveGap'] {
  const most = Math.max(...gaps);
  return { mean: mean(gaps), most, bound: gapBound, held: most <= gapBound };
}

function share(reached: readonly CheckpointFigures[]): number {
  const places = reached.reduce((sum, each) => sum + each.places, 0);
  return reached.reduce((sum, each) => sum + each.overlap10 * each.places, 0) / places;
}

const mostSeeds = 100;
const mostCheckpoints = 10_000;

function checked(options: NonInferiorityOptions) {
  const { ratings, seed, order = 'time', resamples } = options;
  const { seeds = 3, checkpoints = 10, first = 0.5, eventsPerCut = 1_000, growth = 2 } = options;
  requireInteger(seeds, 'seeds', mostSeeds);
  requireInteger(checkpoints, 'checkpoints', mostCheckpoints);
  requireInteger(eventsPerCut, 'events in a cut', Number.MAX_SAFE_INTEGER);
  if (!(first > 0 && first < 1))
    throw new EvaluateInput(`A share of ${first} cannot be the first generation's`, 'Give a number between 0 and 1');
  if (!(growth > 1)) throw new EvaluateInput(`Generations cannot begin at ${growth} times`, 'Give a number above 1');
  return {
    ratings,
    order,
    seeds: Array.from({ length: seeds }, (_, index) => (seed + index) % 2 ** 32),
    checkpoints,
    first,
    eventsPerCut,
    growth,
    bootstrap: bootstrapOptions({ seed, resamples }),
  };
}

function requireInteger(value: number, what: string, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new EvaluateInput(`There cannot be ${value} ${what}`, `Give an integer from 1 to ${most}`);
}

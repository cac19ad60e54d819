/** Searches hyper-parameters on validation data that precedes the test, and confirms the winner once on the test. */
import type { Kernel, ModelSettings } from '../../../als/index.ts';
import { type BootstrapOptions, bootstrapOptions, type Interval } from '../evaluate/bootstrap.ts';
import { type Gain, gainsOf, intervalsOf } from '../evaluate/compared.ts';
import { EvaluateInput } from '../evaluate/errors.ts';
import type { Protocol } from '../evaluate/protocols.ts';
import type { Ratings } from '../evaluate/ratings.ts';
import { confirm, type Confirmed } from './confirm.ts';
import { divide } from './divide.ts';
import { search, type Searched } from './search.ts';
import { type Tuned, tunedOf } from './space.ts';
import { type Goal, inOrderOf, type Trial } from './trial.ts';

export interface TuneOptions {
  readonly ratings: Ratings;
  /** The settings to begin with: the first trial, and what the best is told beside. */
  readonly base: ModelSettings;
  /** How what precedes the test is divided into what is learnt and what validates; `temporal` by default. */
  readonly protocol?: Protocol | undefined;
  /** Share of the ratings that is the test, and of the rest that validates; .2 by default. */
  readonly holdOut?: number;
  /** Trials at most; 30 by default. */
  readonly budget?: number | undefined;
  /** Milliseconds after which no further trial begins. */
  readonly most_ms?: number | undefined;
  readonly resamples?: number | undefined;
  readonly kernel: Kernel;
  /** Monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Ends the search at the next trial; the winner so far is then told, not confirmed. */
  readonly signal: AbortSignal;
  readonly told?: (progress: Progress) => void;
}

export interface Progress {
  readonly trial: Pick<Trial, 'number' | 'share' | Goal>;
  /** Trials that are left on the same share of the users. */
  readonly left: number;
  /** The best so far on this share. */
  readonly best: Readonly<Record<Goal, number | null>>;
}

/** What a trial was worth on the validation data, and beside trial 0. */
export interface TrialFigures {
  readonly number: number;
  readonly settings: Tuned;
  /** Share of the users that it was judged on. */
  readonly share: number;
  readonly ndcg10: GoalFigures;
  readonly rmse: GoalFigures;
}

export interface GoalFigures {
  readonly figure: number | null;
  readonly interval: Interval | null;
  /** Null of trial 0, and of a trial that was judged on fewer users than it. */
  readonly gain: Gain | null;
}

export interface Tuning {
  readonly protocol: Protocol;
  readonly holdOut: number;
  readonly seed: number;
  readonly budget: number;
  /** Whether it ended before the budget was used: by time, or because it was told to. */
  readonly cut: boolean;
  /** Ratings before the test, and in it. */
  readonly before: number;
  readonly test: number;
  readonly bootstrap: BootstrapOptions;
  readonly trials: readonly TrialFigures[];
  /** Numbers of the trials that were the best on the greatest share of the users. */
  readonly best: Readonly<Record<Goal, number>>;
  /** Whether the best differs from trial 0 beyond the noise: the interval of the difference lies above 0. */
  readonly beyondNoise: Readonly<Record<Goal, boolean>>;
  /**
   * The lists' settings of the one, the stars' of the other; for a goal whose best is not better beyond the noise those
   * that the search began with. The best of many trials is the luckiest, too: on few users, what it is better by is luck.
   */
  readonly settings: Tuned;
  /** Null where the search was told to stop. */
  readonly confirmed: Confirmed | null;
}

/** @throws {EvaluateInput} */
export async function tune(options: TuneOptions): Promise<Tuning> {
  const { ratings, base, kernel, signal, now } = options;
  const { protocol, holdOut, budget, bootstrap } = checked(options);
  const { before, test } = divide(ratings, holdOut);
  const end = now() + (options.most_ms ?? Infinity);
  const soFar: Trial[] = [];
  const told = (trial: Trial, left: number): void => {
    soFar.push(trial);
    options.told?.(progress(trial, left, soFar));
  };
  const ended = (): boolean => signal.aborted || now() >= end;
  const found = await search({ before, protocol, holdOut, base, kernel, budget, seed: base.seed, ended, told });
  const best = { ndcg10: bestOf(found, 'ndcg10'), rmse: bestOf(found, 'rmse') };
  const trials = found.trials.map(trial => figuresOf(trial, found.trials[0], bootstrap));
  const beyond = (goal: Goal): boolean =>
    (trials.find(({ number }) => number === best[goal]?.number)?.[goal].gain?.differenceInterval?.low ?? 0) > 0;
  const beyondNoise = { ndcg10: beyond('ndcg10'), rmse: beyond('rmse') };
  const kept = (goal: Goal): Tuned => (beyondNoise[goal] ? best[goal]?.settings : undefined) ?? tunedOf(base);
  const settings = together(kept('ndcg10'), kept('rmse'));
  return {
    protocol,
    holdOut,
    seed: base.seed,
    budget,
    cut: found.cut,
    before: before.users.length,
    test: test.test.length,
    bootstrap,
    trials,
    best: { ndcg10: best.ndcg10?.number ?? 0, rmse: best.rmse?.number ?? 0 },
    beyondNoise,
    settings,
    confirmed: signal.aborted ? null : confirm(settings, { test, base, kernel, bootstrap }),
  };
}

/** Of those that were judged on the most users. Undefined where no trial was made. */
const bestOf = ({ trials, share }: Searched, goal: Goal): Trial | undefined =>
  trials.filter(trial => trial.share === share).sort(inOrderOf(goal))[0];

/** Both models train with the same sweeps: the more of the two, since more of them only come closer to the optimum. */
const together = (lists: Tuned, stars: Tuned): Tuned => ({
  ...lists,
  explicit: stars.explicit,
  sweeps: Math.max(lists.sweeps, stars.sweeps),
});

function figuresOf(trial: Trial, first: Trial | undefined, bootstrap: BootstrapOptions): TrialFigures {
  const { number, settings, share } = trial;
  const intervals = intervalsOf(trial.users, bootstrap);
  const isBeside = first !== undefined && number !== first.number && share === first.share;
  const gains = isBeside ? gainsOf({ model: trial.users, beside: first.users }, bootstrap) : null;
  const goal = (name: Goal): GoalFigures => ({
    figure: trial[name],
    interval: intervals[name],
    gain: gains?.[name] ?? null,
  });
  return { number, settings, share, ndcg10: goal('ndcg10'), rmse: goal('rmse') };
}

function progress(trial: Trial, left: number, all: readonly Trial[]): Progress {
  const same = all.filter(({ share }) => share === trial.share);
  const best = (goal: Goal): number | null => same.toSorted(inOrderOf(goal))[0]?.[goal] ?? null;
  return { trial, left, best: { ndcg10: best('ndcg10'), rmse: best('rmse') } };
}

const mostTrials = 10_000;

function checked({ base, protocol = 'temporal', holdOut = 0.2, budget = 30, resamples }: TuneOptions) {
  if (!(holdOut > 0 && holdOut < 1))
    throw new EvaluateInput(`A share of ${holdOut} cannot be held out`, 'Give a number between 0 and 1');
  if (!Number.isInteger(budget) || budget < 2 || budget > mostTrials)
    throw new EvaluateInput(`There cannot be ${budget} trials`, `Give an integer from 2 to ${mostTrials}`);
  return { protocol, holdOut, budget, bootstrap: bootstrapOptions({ seed: base.seed, resamples }) };
}

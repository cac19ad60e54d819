import type { Kernel, ModelSettings } from '../../../als/index.ts';
import { retrained } from '../evaluate/contestant.ts';
import { judge } from '../evaluate/judge.ts';
import { figureOf, ratioOf } from '../evaluate/measures.ts';
import type { Split } from '../evaluate/split.ts';
import { type UserFigures, userFigures } from '../evaluate/user-figures.ts';
import type { Tuned } from './space.ts';

/** Settings, and what they were worth on the validation data of some share of the users. */
export interface Trial {
  /** 0 is the settings that the search began with. */
  readonly number: number;
  readonly settings: Tuned;
  readonly share: number;
  readonly ndcg10: number | null;
  readonly rmse: number | null;
  readonly users: UserFigures;
}

/** What is searched for: lists and stars have models of their own, so that each has a best trial of its own. */
export const goals = ['ndcg10', 'rmse'] as const;
export type Goal = (typeof goals)[number];

export interface Candidate {
  readonly number: number;
  readonly settings: Tuned;
}

/** What all trials share: what is not tuned stays as it is in `base`. */
export interface Trying {
  readonly base: ModelSettings;
  readonly kernel: Kernel;
}

export function tried(
  { number, settings }: Candidate,
  split: Split,
  { share, ...trying }: Trying & { readonly share: number },
): Trial {
  const users = worth(settings, split, trying);
  const figure = (goal: Goal): number | null => figureOf(ratioOf(users, goal));
  return { number, settings, share, ndcg10: figure('ndcg10'), rmse: figure('rmse'), users };
}

export function worth(settings: Tuned, split: Split, { base, kernel }: Trying): UserFigures {
  const { ratings, train } = split;
  return userFigures(judge(retrained({ ratings, train, settings: { ...base, ...settings }, kernel }), split));
}

/** The best first; what a measure does not apply to comes last. */
export const inOrderOf =
  (goal: Goal) =>
  (a: Trial, b: Trial): number =>
    cost(a, goal) - cost(b, goal) || a.number - b.number;

const cost = (trial: Trial, goal: Goal): number => {
  const figure = trial[goal];
  if (figure === null) return Number.MAX_VALUE;
  return goal === 'rmse' ? figure : -figure;
};

/** What is said of the arms of an experiment: pure. */
import type { Experiment } from '../../api/client/client.ts';
import { percent } from './quality-words.ts';

export interface PolicyRow {
  readonly policy: string;
  /** Part of all users that the arm serves; empty for what is no arm. */
  readonly share: string;
  readonly lists: number;
  readonly users: number;
  /** Part of the users who followed; null without any. */
  readonly followed: number | null;
  readonly interval: string;
  readonly ndcg10: number | null;
  /** Of what its users rated since the experiment began, in stars. */
  readonly rmse: number | null;
}

/** Arms first, also one whose lists nobody has seen while an experiment runs; then what else was shown. */
export function policyRows({ isRunning, arms, fallbacks }: Experiment): readonly PolicyRow[] {
  const ofArms = arms
    .filter(({ lists }) => isRunning || lists.shown > 0)
    .map(({ policy, share, lists, users, userShare, userShareInterval: interval, quality, predicted }) => ({
      policy,
      share: isRunning ? percent(share) : '',
      lists: lists.shown,
      users: users.shown,
      followed: userShare,
      interval: isRunning && interval !== null ? `${percent(interval.low)} to ${percent(interval.high)}` : '',
      ndcg10: quality?.all.ndcg10 ?? null,
      rmse: predicted?.all.rmse ?? null,
    }));
  const others = fallbacks.map(({ policy, lists, users: { shown, followed } }) => {
    return {
      policy,
      lists: lists.shown,
      users: shown,
      followed: followed / shown,
      share: '',
      interval: '',
      ndcg10: null,
      rmse: null,
    };
  });
  return [...ofArms, ...others];
}

/** Whether the candidate is better is said only where the interval says so. */
export function differenceWords(difference: Experiment['difference']): string {
  if (difference === null) return 'There are no users to compare in both arms yet.';
  const { estimate, low, high } = difference;
  const range = `${signed(estimate)} points, from ${signed(low)} to ${signed(high)} at 95 %`;
  const verdict = low > 0 ? 'The candidate is ahead' : high < 0 ? 'The candidate is behind' : 'Undecided';
  return `${verdict}: users who followed, candidate less live, ${range}.`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${(Math.abs(value) * 100).toFixed(1)}`;

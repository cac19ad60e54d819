import type { Judgement } from './judge.ts';
import { figureOf, ratioOf, type Measure } from './measures.ts';
import { mean } from './metrics.ts';
import type { UserFigures } from './user-figures.ts';

/** What a contestant achieved; null where a measure does not apply. The names are stable: scripts rely on them. */
export interface Figures {
  /** Errors of the estimated stars of every held-out rating, in stars. */
  readonly rmse: number | null;
  readonly mae: number | null;
  /** Means over the users who have something relevant that was held out, all from the first ten places. */
  readonly ndcg10: number | null;
  readonly hr10: number | null;
  readonly map10: number | null;
  readonly precision10: number | null;
  readonly recall10: number | null;
  /** Share of the learnt items that stand in anybody's list; null where lists come from a sample. */
  readonly coverage: number | null;
  /** Learning alone, without judging. */
  readonly seconds: number;
  /** Places in lists that hold what was learnt of the user: must be 0. */
  readonly seenReturned: number;
}

export const figures = ({ lists, catalogue }: Judgement, users: UserFigures, seconds: number): Figures => ({
  ...figuresOfUsers(users),
  coverage: catalogue === undefined ? null : shown(lists.items) / catalogue,
  seconds,
  seenReturned: lists.seenReturned,
});

/** Of several judgements, whose users are pooled; what belongs to no user is a mean, or a sum of what must be 0. */
export function figuresOfAll(all: readonly Figures[], users: UserFigures): Figures {
  const coverages = all.flatMap(({ coverage }) => coverage ?? []);
  return {
    ...figuresOfUsers(users),
    coverage: coverages.length === 0 ? null : mean(coverages),
    seconds: mean(all.map(({ seconds }) => seconds)),
    seenReturned: all.reduce((sum, { seenReturned }) => sum + seenReturned, 0),
  };
}

function figuresOfUsers(users: UserFigures): Pick<Figures, Measure> {
  const figure = (measure: Measure): number | null => figureOf(ratioOf(users, measure));
  return {
    rmse: figure('rmse'),
    mae: figure('mae'),
    ndcg10: figure('ndcg10'),
    hr10: figure('hr10'),
    map10: figure('map10'),
    precision10: figure('precision10'),
    recall10: figure('recall10'),
  };
}

/** How many items stand in any of the lists. */
const shown = (items: Int32Array): number => new Set(items.filter(item => item >= 0)).size;

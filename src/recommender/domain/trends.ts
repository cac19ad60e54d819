import type { ItemTrend, Rating } from '../../../schemas/types.ts';
import { days, hours, type Millis, minutes } from '../../stream/time.ts';
import { compareIds } from './order.ts';
import { scoped, tenantOf } from './tenant.ts';

/** Windows in which ratings are counted by item: hours that overlap, and days. */
export const trendWindows = {
  hourly: { size: hours(1), every: minutes(15) },
  daily: { size: days(1), every: days(1) },
} as const satisfies Record<string, { readonly size: Millis; readonly every: Millis }>;

/** What is counted of an item in a window. */
export interface RatingStats {
  count: number;
  sum: number;
  /** Event time of the newest rating. */
  time: number;
}

/** Counts in place; merging two parts of a window makes a new value. */
export const ratingStats = {
  initial: (): RatingStats => ({ count: 0, sum: 0, time: -Infinity }),
  add(into: RatingStats, { value, time }: Rating): RatingStats {
    into.count++;
    into.sum += value;
    into.time = Math.max(into.time, time);
    return into;
  },
  merge: (a: RatingStats, b: RatingStats): RatingStats => ({
    count: a.count + b.count,
    sum: a.sum + b.sum,
    time: Math.max(a.time, b.time),
  }),
};

/** What a window of `kind` says about its item; with a function for each kind, so that it fits a `map`. */
export const asTrend =
  (kind: string) =>
  ({ key, start, end, value: { count, sum, time } }: WindowOfRatings): ItemTrend => ({
    itemId: key,
    window: kind,
    start,
    end,
    count,
    sum,
    time,
  });

interface WindowOfRatings {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: RatingStats;
}

/** Id of a window among those of its item; it sorts by time within a kind. */
export const trendId = ({ window, start }: ItemTrend): string => `${window}:${new Date(start).toISOString()}`;

/** An item's standing in a window, as the API serves it. */
export interface Leader {
  readonly itemId: string;
  readonly count: number;
  readonly mean: number;
}

/** The newest window of a kind, and every item rated in it. */
export interface LatestWindow {
  readonly window: string;
  readonly start: number;
  readonly end: number;
  readonly items: { readonly [itemId: string]: Leader };
}

/** The most-rated items of a tenant in the newest window, best first. */
export interface Leaderboard extends Omit<LatestWindow, 'items'> {
  readonly tenant: string;
  readonly items: readonly Leader[];
}

/** Items on a leaderboard. */
export const leadersKept = 100;

/** Takes trends of one kind of window into account: a newer window replaces the board, an older one changes nothing. */
export function withTrends(latest: LatestWindow | undefined, trends: readonly ItemTrend[]): LatestWindow | undefined {
  const newest = trends.reduce((start, trend) => Math.max(start, trend.start), latest?.start ?? -Infinity);
  const items: Record<string, Leader> = latest?.start === newest ? { ...latest.items } : {};
  let board = latest;
  for (const { itemId, window, start, end, count, sum } of trends) {
    if (start !== newest) continue;
    items[itemId] = { itemId, count, mean: sum / count };
    board = { window, start, end, items };
  }
  return board;
}

/** By count, then mean, then id. */
export function leaderboard({ items, ...window }: LatestWindow): Leaderboard {
  const sorted = Object.values(items).sort(byStanding);
  return { ...window, tenant: tenantOf(sorted[0]?.itemId ?? ''), items: sorted.slice(0, leadersKept) };
}

export const byStanding = (a: Leader, b: Leader): number =>
  b.count - a.count || b.mean - a.mean || compareIds(a.itemId, b.itemId);

/** Which board an item's trend belongs on: that of its tenant for its kind of window. */
export const boardOf = ({ window, itemId }: Pick<ItemTrend, 'window' | 'itemId'>): string =>
  scoped(tenantOf(itemId), window);

/** The trends of an epoch by tenant and kind of window, in order of their names. */
export function byBoard(trends: readonly ItemTrend[]): ItemTrend[][] {
  const groups = Object.groupBy(trends, boardOf);
  return Object.keys(groups)
    .sort()
    .flatMap(window => {
      const group = groups[window];
      return group === undefined ? [] : [group];
    });
}

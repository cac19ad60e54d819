/** What is rated in windows of event time: of all items in the newest window, of one item day by day. */
import { UnknownItem } from './errors.ts';
import type { ItemDirectory, ShownItem } from './items.ts';
import type { Stored, TrendDocument } from './stored.ts';

/** A window and its ratings. */
export interface TrendWindow {
  /** First instant of the window, ISO 8601. */
  readonly start: string;
  /** First instant after it. */
  readonly end: string;
  readonly count: number;
  /** In stars. */
  readonly mean: number;
}

export interface Trends {
  readonly window: 'hourly' | 'daily';
  /** Null before the first window. */
  readonly start: string | null;
  readonly end: string | null;
  /** Most rated first. */
  readonly items: readonly (ShownItem & { readonly count: number; readonly mean: number })[];
}

interface Sources {
  readonly stored: Stored;
  readonly items: ItemDirectory;
}

/** The n most rated items of the newest window, which may still be open. */
export async function trendsOf({ stored, items }: Sources, window: 'hourly' | 'daily', n: number): Promise<Trends> {
  const board = await stored.leaders(window);
  if (board === undefined) return { window, start: null, end: null, items: [] };
  const shown = await items.shown();
  const leaders = board.items.slice(0, n).map(({ itemId, count, mean }) => ({ ...shown(itemId), count, mean }));
  return { window, ...spanOf(board), items: leaders };
}

/** The newest n days on which the item was rated, oldest first. @throws {UnknownItem} */
export async function itemTrendsOf({ stored, items }: Sources, itemId: string, n: number) {
  const [item, days] = [await items.get(itemId), await stored.daysOf(itemId, n)];
  if (item === undefined && days.length === 0) throw new UnknownItem();
  return { itemId, title: item?.title ?? itemId, windows: days.map(asWindow) };
}

const asWindow = ({ start, end, count, sum }: TrendDocument): TrendWindow => ({
  ...spanOf({ start, end }),
  count,
  mean: sum / count,
});

const spanOf = ({ start, end }: { readonly start: number; readonly end: number }) => ({
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
});

/** Observed events as what two models of the same users and items can be judged by, in columns. */
import type { SideVectors } from '../../../als/index.ts';
import type { Ratings } from '../../jobs/evaluate/ratings.ts';
import type { Observed } from './observed.ts';

export interface Sample {
  /** A row for each first rating; users are numbered as in `userRows`, items are rows of the vectors. */
  readonly ratings: Ratings;
  /** Of each judged user the row in the vectors; in the order of their ids. */
  readonly userRows: Int32Array;
  /** By user: rows of items that are not to be listed. */
  readonly seen: { readonly starts: Int32Array; readonly items: Int32Array };
  /** By user: rows of items that the list should hold. */
  readonly relevant: readonly ReadonlySet<number>[];
  /** Events whose user or item was not known. */
  readonly unknown: number;
}

interface Judge {
  readonly row: number;
  readonly seen: ReadonlySet<number>;
  readonly rated: Set<number>;
  readonly relevant: Set<number>;
}

export function sampleOf(observed: Observed, users: Pick<SideVectors, 'ids'>, items: Pick<SideVectors, 'ids'>): Sample {
  const itemRows = rowsOf(items.ids);
  const judges = judgesOf(observed, rowsOf(users.ids), itemRows);
  const userIds = [...judges.keys()];
  const numbers = rowsOf(userIds);
  const rated: [user: number, item: number, stars: number][] = [];
  let unknown = 0;
  for (const { userId, itemId, stars, isPositive } of observed.events) {
    const [judge, item] = [judges.get(userId), itemRows.get(itemId)];
    if (judge === undefined || item === undefined) {
      unknown++;
      continue;
    }
    if (isPositive && !judge.seen.has(item)) judge.relevant.add(item);
    if (stars === null || judge.rated.has(item)) continue;
    judge.rated.add(item); // a second opinion of an item judges nothing
    rated.push([numbers.get(userId) ?? -1, item, stars]);
  }
  const all = [...judges.values()];
  return {
    ratings: {
      userIds,
      itemIds: items.ids,
      users: Int32Array.from(rated, ([user]) => user),
      items: Int32Array.from(rated, ([, item]) => item),
      stars: Float64Array.from(rated, ([, , stars]) => stars),
      times: new Float64Array(rated.length),
    },
    userRows: Int32Array.from(all, ({ row }) => row),
    seen: flat(all.map(({ seen }) => [...seen])),
    relevant: all.map(({ relevant }) => relevant),
    unknown,
  };
}

/** By id, ascending, those whom the vectors know. */
function judgesOf(
  { users }: Observed,
  userRows: ReadonlyMap<string, number>,
  itemRows: ReadonlyMap<string, number>,
): Map<string, Judge> {
  const rowsIn = (ids: readonly string[]): number[] => ids.flatMap(id => itemRows.get(id) ?? []);
  const judges = new Map<string, Judge>();
  for (const { userId, seen, rated } of users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1))) {
    const row = userRows.get(userId);
    if (row === undefined) continue;
    judges.set(userId, { row, seen: new Set(rowsIn(seen)), rated: new Set(rowsIn(rated)), relevant: new Set() });
  }
  return judges;
}

const rowsOf = (ids: readonly string[]): Map<string, number> => new Map(ids.map((id, row) => [id, row]));

function flat(lists: readonly (readonly number[])[]): Sample['seen'] {
  const starts = new Int32Array(lists.length + 1);
  for (const [list, { length }] of lists.entries()) starts[list + 1] = (starts[list] ?? 0) + length;
  return { starts, items: Int32Array.from(lists.flat()) };
}

/** What a contestant answers about the held-out ratings. */
import type { Contestant } from './contestant.ts';
import { bestLists } from './best-lists.ts';
import { Grouped } from './grouped.ts';
import { listLength } from './list-length.ts';
import { noItems, ranked } from './ranking.ts';
import { at, type Ratings, type Rows } from './ratings.ts';
import type { Split } from './split.ts';

/** Lists of all judged users, and estimates of all held-out ratings, in columns. */
export interface Judgement {
  readonly ratings: Ratings;
  readonly lists: Lists;
  readonly test: Rows;
  /** Estimated stars of each row of `test`. */
  readonly predictions: Float64Array;
  /** Items that a list may hold: those that were learnt. Undefined where lists were drawn from a sample of them. */
  readonly catalogue: number | undefined;
}

/** A list of ten places for every user of the held-out part. */
export interface Lists {
  /** Ascending. */
  readonly users: Int32Array;
  /** `listLength` places for each of them, best first; -1 where a list is shorter. */
  readonly items: Int32Array;
  readonly scores: Float64Array;
  /** 1 for each place that holds something relevant. */
  readonly hits: Uint8Array;
  /** By list: held-out items that it should have held. */
  readonly relevant: Uint32Array;
  /** By list: ratings of the user that were learnt; of one with 0 a contestant knows nothing. */
  readonly learnt: Uint32Array;
  /** Places that hold what was learnt of the user: must be 0. */
  readonly seenReturned: number;
}

export function judge(contestant: Contestant, split: Split): Judgement {
  const { ratings, train, test, negatives } = split;
  const { users, items } = ratings;
  const predictions = new Float64Array(test.length);
  for (const [index, row] of test.entries()) predictions[index] = contestant.stars(at(users, row), at(items, row));
  const catalogue = new Grouped(train, items, ratings.itemIds.length).present().length;
  const lists = listsOf(contestant, split);
  return { ratings, lists, test, predictions, catalogue: negatives === undefined ? catalogue : undefined };
}

function listsOf(contestant: Contestant, split: Split): Lists {
  const { ratings, train, test } = split;
  const { userIds, itemIds } = ratings;
  const own = new Grouped(train, ratings.users, userIds.length);
  const held = new Grouped(test, ratings.users, userIds.length);
  const lists = emptyLists(held.present());
  const marks = { seen: new Uint8Array(itemIds.length), relevant: new Uint8Array(itemIds.length) };
  const [scores, best] = [new Float64Array(itemIds.length), noItems(listLength)];
  const listed = split.negatives === undefined ? bestLists(contestant, lists.users, own, ratings) : undefined;
  let seenReturned = 0;
  for (const [list, user] of lists.users.entries()) {
    const rows = { own: own.of(user), held: held.of(user) };
    lists.learnt[list] = rows.own.length;
    lists.relevant[list] = mark(rows, marks, split);
    const short = listed?.(user, scores);
    if (short === undefined) contestant.scores(user, scores);
    const candidates = short ?? candidatesOf(user, rows.held, marks, split);
    ranked(scores, { n: listLength, ...marks, candidates }, best);
    for (let place = 0; place < best.length; place++) {
      const item = at(best.items, place);
      const to = list * listLength + place;
      lists.items[to] = item;
      lists.scores[to] = at(best.scores, place);
      lists.hits[to] = at(marks.relevant, item);
      seenReturned += at(marks.seen, item);
    }
    unmark(rows, marks, ratings);
  }
  return { ...lists, seenReturned };
}

function emptyLists(users: Int32Array): Omit<Lists, 'seenReturned'> {
  const places = users.length * listLength;
  return {
    users,
    items: new Int32Array(places).fill(-1),
    scores: new Float64Array(places),
    hits: new Uint8Array(places),
    relevant: new Uint32Array(users.length),
    learnt: new Uint32Array(users.length),
  };
}

/** By item: 1 where the user was learnt to have had it, and where the list should hold it. */
type Marks = { readonly seen: Uint8Array; readonly relevant: Uint8Array };
type RowsOfUser = { readonly own: Rows; readonly held: Rows };

/** What was learnt of the user is no recommendation, also where it is rated again. Answers how many are relevant. */
function mark({ own, held }: RowsOfUser, { seen, relevant }: Marks, { ratings, relevantFrom }: Split): number {
  let count = 0;
  for (const row of own) seen[at(ratings.items, row)] = 1;
  for (const row of held) {
    const item = at(ratings.items, row);
    if (at(ratings.stars, row) < relevantFrom || seen[item] === 1 || relevant[item] === 1) continue;
    relevant[item] = 1;
    count++;
  }
  return count;
}

function unmark({ own, held }: RowsOfUser, { seen, relevant }: Marks, { items }: Ratings): void {
  for (const row of own) seen[at(items, row)] = 0;
  for (const row of held) relevant[at(items, row)] = 0;
}

/** Where there are negatives: those of the user and what is relevant, each once. */
function candidatesOf(
  user: number,
  held: Rows,
  { relevant }: Marks,
  { negatives, ratings }: Split,
): Int32Array | undefined {
  if (negatives === undefined) return undefined;
  const wanted = Array.from(held, row => at(ratings.items, row)).filter(item => relevant[item] === 1);
  return Int32Array.from(new Set([...(negatives.get(user) ?? []), ...wanted]));
}

/** What was judged, as lines of CSV, so that others can judge it with their own code. */
import type { Judgement } from './judge.ts';
import { listLength } from './list-length.ts';
import { at } from './ratings.ts';

/** `userId,itemId,rank,score`: the lists, ranks from 1. Of equal scores what was not held out stands first. */
export function* topNRows({ ratings, lists }: Pick<Judgement, 'ratings' | 'lists'>): Generator<string> {
  yield 'userId,itemId,rank,score';
  for (const [place, item] of lists.items.entries()) {
    if (item < 0) continue;
    const userId = ratings.userIds[at(lists.users, Math.floor(place / listLength))] ?? '';
    yield line(userId, ratings.itemIds[item] ?? '', (place % listLength) + 1, at(lists.scores, place));
  }
}

/** `userId,itemId,prediction`: the estimated stars of every held-out rating. */
export function* predictionRows({
  ratings,
  test,
  predictions,
}: Pick<Judgement, 'ratings' | 'test' | 'predictions'>): Generator<string> {
  yield 'userId,itemId,prediction';
  const { userIds, itemIds, users, items } = ratings;
  for (const [index, row] of test.entries())
    yield line(userIds[at(users, row)] ?? '', itemIds[at(items, row)] ?? '', at(predictions, index));
}

const line = (...fields: readonly (string | number)[]): string => fields.map(field => quoted(String(field))).join(',');

/** As RFC 4180 wants it. */
const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

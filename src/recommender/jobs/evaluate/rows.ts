/** What was judged, as lines of CSV, so that others can judge it with their own code. */
import type { Judgement } from './judge.ts';

/** `userId,itemId,rank,score`: the lists, ranks from 1. Of equal scores what was not held out stands first. */
export function* topNRows({ lists }: Pick<Judgement, 'lists'>): Generator<string> {
  yield 'userId,itemId,rank,score';
  for (const { userId, items } of lists)
    for (const [index, { itemId, score }] of items.entries()) yield line(userId, itemId, index + 1, score);
}

/** `userId,itemId,prediction`: the estimated stars of every held-out rating. */
export function* predictionRows({ predictions }: Pick<Judgement, 'predictions'>): Generator<string> {
  yield 'userId,itemId,prediction';
  for (const { userId, itemId, prediction } of predictions) yield line(userId, itemId, prediction);
}

const line = (...fields: readonly (string | number)[]): string => fields.map(field => quoted(String(field))).join(',');

/** As RFC 4180 wants it. */
const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

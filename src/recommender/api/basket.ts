/** A basket, or what an anonymous visitor did, as the model takes it. */
import { z } from 'zod';
import type { Millis } from '../../stream/time.ts';
import { History, type HistoryItem } from '../domain/history.ts';
import { kinds } from './stored.ts';
import { genres, id, listQuery } from './wire.ts';

/** Things that one visitor may have done. */
export const mostDone = 200;

const done = z.strictObject({
  itemId: id,
  kind: z.enum(kinds).default('order').describe('What lies in a basket is as good as ordered'),
  value: z.number().gt(0).max(10_000).default(1).describe('Stars, quantity, or 1 of a view'),
  at: z.iso.datetime({ offset: true }).optional().describe('When it happened; now where absent'),
});

export const basketBody = z
  .strictObject({
    items: z.array(done).min(1).max(mostDone).optional().describe('The basket, or what was done in a session'),
    sessionId: id
      .optional()
      .describe('In its place: a session that has sent events, which are looked up; nobody else’s are shown'),
    n: listQuery.shape.n,
    genre: genres.default([]).describe('Only items of one of these genres, whatever their case'),
    maxPerGenre: listQuery.shape.maxPerGenre,
  })
  .refine(({ items, sessionId }) => (items === undefined) !== (sessionId === undefined), {
    path: ['items'],
    message: 'give items or sessionId, one of them',
  })
  // What the refinement asks, in the description's words.
  .meta({ oneOf: [{ required: ['items'] }, { required: ['sessionId'] }] });

/** Of each item and kind the newest counts, as it does of a user. */
export function historyOf(items: readonly z.infer<typeof done>[], now: Millis): readonly HistoryItem[] {
  const history = new History();
  for (const { itemId, kind, value, at } of items)
    history.add(itemId, kind, { value, time: at === undefined ? now : Date.parse(at) });
  return history.items;
}

/**
 * What the log was told of an order: the change feed gives only the newest state of a document, so what has changed is
 * known by what was told before. It is written down before it is told, so that whoever is killed between the two tells
 * the same again, and a document that is written anew without news tells nothing.
 */
import { z } from 'zod';
import type { DocumentKey } from '../../documents/port.ts';
import { eventIdOf } from '../jobs/event-id.ts';

export const toldCollection = 'toldOrders';

const toldEvent = z.object({
  eventId: z.string(),
  itemId: z.string(),
  kind: z.enum(['order', 'return']),
  value: z.number(),
  time: z.number(),
});
export type ToldEvent = z.infer<typeof toldEvent>;

export const toldOrder = z.object({
  tenant: z.string(),
  userId: z.string(),
  /** How often there was something to tell. */
  revision: z.int(),
  /** Of the lease under which it was written: who finds a greater one than its own has lost the feed. */
  fence: z.int(),
  /** Of the feed's pages: until that page is left behind, the events may not be in the log yet. */
  page: z.int(),
  /** The greatest event time so far; those of the next revision are greater. */
  time: z.number(),
  /** Of each item that was ever in the order what stood of it. */
  standing: z.array(z.tuple([z.string(), z.int()])),
  /** Of the newest revision, and of those before that may not be in the log yet either. */
  events: z.array(toldEvent),
});
export type ToldOrder = z.infer<typeof toldOrder>;

export const toldKey = ({ partition, id }: Pick<DocumentKey, 'partition' | 'id'>): DocumentKey => ({
  collection: toldCollection,
  partition,
  id,
});

/** The event of a line in a revision of its order: told twice it is the same one. */
export const orderEventId = (
  { partition, id }: Pick<DocumentKey, 'partition' | 'id'>,
  revision: number,
  { itemId, kind }: Pick<ToldEvent, 'itemId' | 'kind'>,
): string => eventIdOf('order', partition, id, revision, itemId, kind);

/** The same as a map: an item may be called anything, so no object has items for its fields. */
export const standingOf = ({ standing }: Pick<ToldOrder, 'standing'>): ReadonlyMap<string, number> => new Map(standing);

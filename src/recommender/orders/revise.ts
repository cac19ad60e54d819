/** What there is to tell of an order: the difference between its document and what was told. Pure. */
import type { Order } from './order.ts';

/** What other orders of the user say about an item. */
export interface Elsewhere {
  /** Quantity that stands in one of them; 0 where none does. */
  readonly standing: number;
  /** The greatest event time that was told of any of them; -Infinity where none was. */
  readonly time: number;
}

/** How far an order was told. */
export interface Before {
  readonly revision: number;
  readonly time: number;
  /** Of each item that was ever in the order what stood of it. */
  readonly standing: ReadonlyMap<string, number>;
}

/** What a line has become. */
export interface LineEvent {
  readonly itemId: string;
  readonly kind: 'order' | 'return';
  readonly value: number;
  readonly time: number;
}

export interface Revision extends Before {
  readonly events: readonly LineEvent[];
}

/** Items of which nothing stands any more, so that it matters what the user's other orders say about them. */
export const withdrawnItems = (order: Order, told: Before | undefined): string[] =>
  changedItems(order, told).filter(itemId => standingIn(order, itemId) === 0);

/**
 * Undefined where nothing is new. An order that is met for the first time is told as of when it was placed, also where
 * all of it has been taken back since; what changes later is told as of the change, and later than what was told before,
 * whatever the shop's clocks say, since of an item's events of a kind the newest counts. What was taken back, and stands
 * in another order of the user, is told by what stands: a return would retract that one too.
 */
export function revise(
  order: Order,
  told: Before | undefined,
  elsewhere: ReadonlyMap<string, Elsewhere>,
): Revision | undefined {
  const changed = changedItems(order, told);
  if (changed.length === 0) return undefined;
  const revision = (told?.revision ?? 0) + 1;
  const from = told === undefined ? order.placedAt : Math.max(order.updatedAt, told.time + 1);
  const events = changed.flatMap((itemId): LineEvent[] => {
    const standing = standingIn(order, itemId);
    const known = told?.standing.get(itemId);
    if (standing > 0) return [{ itemId, kind: 'order', value: standing, time: from }];
    const ordered = order.lines.get(itemId)?.ordered ?? known ?? 1;
    return withdrawn({ itemId, order, from, known, ordered }, elsewhere.get(itemId));
  });
  const standing = new Map(told?.standing);
  for (const itemId of changed) standing.set(itemId, standingIn(order, itemId));
  return { revision, time: Math.max(...events.map(({ time }) => time)), standing, events };
}

const standingIn = ({ lines }: Order, itemId: string): number => lines.get(itemId)?.standing ?? 0;

function changedItems(order: Order, told: Before | undefined): string[] {
  const items = new Set([...order.lines.keys(), ...(told?.standing.keys() ?? [])]);
  return [...items].filter(itemId => standingIn(order, itemId) !== told?.standing.get(itemId));
}

interface Withdrawn {
  readonly itemId: string;
  readonly order: Order;
  /** Event time of the revision. */
  readonly from: number;
  /** What was told to stand; undefined where the line is met only now. */
  readonly known: number | undefined;
  readonly ordered: number;
}

/** A line that is met only when nothing of it stands is told as ordered too: as whoever saw it earlier has told it. */
function withdrawn({ itemId, order, from, known, ordered }: Withdrawn, elsewhere?: Elsewhere): LineEvent[] {
  const isNew = known === undefined;
  const time = Math.max(order.updatedAt, isNew ? from + 1 : from, (elsewhere?.time ?? -Infinity) + 1);
  if (elsewhere !== undefined && elsewhere.standing > 0)
    return [{ itemId, kind: 'order', value: elsewhere.standing, time }];
  const taken: LineEvent = { itemId, kind: 'return', value: known ?? ordered, time };
  return isNew ? [{ itemId, kind: 'order', value: ordered, time: from }, taken] : [taken];
}

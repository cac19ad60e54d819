import type { Order } from '../../api/client/shop.ts';

/**
 * The Idempotency-Key for one more of an item: which line, behind how many that have come back. It is the same for as long
 * as the page shows the same, so that a return that was not confirmed may be asked for again, after a reload too.
 */
export function returnKey({ lines }: Pick<Order, 'lines'>, itemId: string): string {
  const line = lines.findIndex(known => known.itemId === itemId);
  const returned = lines.reduce((sum, known) => sum + (known.itemId === itemId ? known.returned : 0), 0);
  return `return-${line}-${returned}`;
}

/** What a shopper is about to order. Pure. */
import type { OrderedLine } from '../../api/client/shop.ts';
import type { Ware } from './titles.ts';

export interface BasketLine extends Ware {
  readonly quantity: number;
}

export const mostOfALine = 99;
export const mostLines = 50;

export function added(basket: readonly BasketLine[], { itemId, title, genres }: Ware): readonly BasketLine[] {
  const known = basket.find(line => line.itemId === itemId);
  if (known !== undefined) return withQuantity(basket, itemId, known.quantity + 1);
  return basket.length >= mostLines ? basket : [...basket, { itemId, title, genres, quantity: 1 }];
}

/** None of it takes the line out. */
export const withQuantity = (basket: readonly BasketLine[], itemId: string, quantity: number): readonly BasketLine[] =>
  basket.flatMap(line => {
    if (line.itemId !== itemId) return [line];
    return quantity < 1 ? [] : [{ ...line, quantity: Math.min(quantity, mostOfALine) }];
  });

export const countOf = (basket: readonly OrderedLine[]): number =>
  basket.reduce((sum, { quantity }) => sum + quantity, 0);

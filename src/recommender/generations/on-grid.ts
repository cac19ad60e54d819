/** Vectors in real numbers, as other programs train them, put on the grid of whole numbers that Millrace computes with. */
import { MillraceError } from '../../errors.ts';
import { gridLimit } from './format.ts';

/** No grid holds the numbers. */
export class NoGrid extends MillraceError {
  readonly code = 'NO_GRID';
}

/** What a grid has to hold of a side. */
export class Extent {
  /** Largest |factor|, and largest length of a vector. */
  largest = 0;
  #squared = 0;

  add(factors: readonly number[]): void {
    let squared = 0;
    for (const factor of factors) {
      if (!Number.isFinite(factor))
        throw new NoGrid(`A factor is ${factor}`, 'Train again: a vector has no such number');
      this.largest = Math.max(this.largest, Math.abs(factor));
      squared += factor * factor;
    }
    this.#squared = Math.max(this.#squared, squared);
  }

  get length(): number {
    return Math.sqrt(this.#squared);
  }
}

const [finest, coarsest] = [12, 4];
/** Sums of products of two vectors stay below it: |x| |y| 2^(both exponents) < 2^31 (docs/ARCHITECTURE.md, the model). */
const dotBound = 2 ** 31;

/** The finest exponents of both sides on which every value fits and every product of two vectors. @throws {NoGrid} */
export function gridFor(users: Extent, items: Extent): { readonly users: number; readonly items: number } {
  let [u, i] = [finestFor('users', users), finestFor('items', items)];
  while (users.length * items.length * 2 ** (u + i) >= dotBound) {
    if (u > i) u--;
    else i--;
    if (i < coarsest) throw tooLong(users, items);
  }
  return { users: u, items: i };
}

function finestFor(side: string, { largest }: Extent): number {
  for (let exponent = finest; exponent >= coarsest; exponent--)
    if (Math.round(largest * 2 ** exponent) <= gridLimit) return exponent;
  throw new NoGrid(
    `The largest factor of the ${side} is ${largest}, and the coarsest grid ends at ${gridLimit / 2 ** coarsest}`,
    'Train with a stronger regularisation, or divide the factors of one side and multiply those of the other',
  );
}

/** Whole steps, half to even as everywhere in the model. */
export const steps = (values: readonly number[], exponent: number): number[] =>
  values.map(value => halfToEven(value * 2 ** exponent));

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const tooLong = (users: Extent, items: Extent): NoGrid =>
  new NoGrid(
    `The longest user (${users.length}) and the longest item (${items.length}) have a product that no grid holds`,
    'Train with a stronger regularisation',
  );

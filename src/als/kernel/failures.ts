import { BoundExceeded } from '../errors.ts';
import { exactLimit, maxFactor } from '../widths.ts';

const maxInt32 = 0x7fffffff;

/**
 * (2^31 - 1)^2, past which the product of two squared lengths must not come: by Cauchy and Schwarz the dot product then
 * fits 32 bits. The product is rounded by at most 2^9, the next dot product is 2^32 away.
 */
export const greatestSquares = maxInt32 * maxInt32;

const smallerGrid = 'Start a generation with a smaller grid exponent';

/** Why a row cannot be worked on: the codes are those that the WebAssembly kernel leaves. */
export const failures = {
  gram: { code: 1, what: 'has a sum of squared factors past 2^53', remedy: smallerGrid },
  target: {
    code: 2,
    what: 'has a sum of weighted targets past 2^53',
    remedy: 'Take smaller weights, or fewer entries',
  },
  pivot: { code: 3, what: 'has a singular system', remedy: 'Raise the regularisation' },
  dot: { code: 4, what: 'can have a dot product past 2^31', remedy: smallerGrid },
} as const;

export type Failure = keyof typeof failures;

export function rowFailure(failure: Failure, row: number): BoundExceeded {
  const { what, remedy } = failures[failure];
  return new BoundExceeded(`Row ${row} ${what}`, remedy);
}

/** The same by the code that the WebAssembly kernel leaves. */
export function failureOf(code: number, row: number): BoundExceeded {
  const found = Object.values(failures).find(failure => failure.code === code) ?? failures.pivot;
  return new BoundExceeded(`Row ${row} ${found.what}`, found.remedy);
}

/** A factor that no kernel may meet. */
export function offGrid(where: string): BoundExceeded {
  return new BoundExceeded(
    `${where} has a factor outside of -${maxFactor} to ${maxFactor}`,
    'Two products of -32768 overflow 32 bits: write rows by `set`, which refuses it',
  );
}

/** @throws {BoundExceeded} if a sum of w |target| lets a right-hand side leave the range in which it is exact */
export function checkTargets(weighted: number, row: number): void {
  if (!(weighted * maxFactor <= exactLimit)) throw rowFailure('target', row);
}

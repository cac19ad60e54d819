import { BoundExceeded } from '../errors.ts';
import { maxFactor } from '../widths.ts';
import type { EntryRows } from './entries.ts';
import type { FactorMatrix } from './factor-matrix.ts';
import { GramSum } from './gram-sum.ts';
import type { Blocks, Product, RowSums, SolveRows, SolveSums, TopN, Transform } from './kernel.ts';

/** In units of 2^-12 a target must fit 16 bits. */
const greatestOfBlocks = 7;
/** 2^23 residuals of 16 bits times factors of 16 bits stay under 2^53. */
const longestOfBlocks = 8_388_608;

/** What no implementation can work on: shapes that do not fit each other. All throw `RangeError`, or its heir `BoundExceeded`. */

export function checkSums({ entries, from, bias }: RowSums): void {
  if (entries.greatest >= from.rows)
    refuse(`An entry has neighbour ${entries.greatest}, but there are ${from.rows} rows`);
  if (bias === undefined) return;
  requireInteger('The unit of the bias', bias.unit, 1, maxFactor);
  requireInteger('The mean', bias.mean, -maxFactor, maxFactor);
}

export function checkSolve(batch: SolveRows): void {
  checkSums(batch);
  checkSolving(batch, batch.entries.rows, batch.from.width);
  if (batch.bias !== undefined) requireLength('The diagonal of the biases', batch.bias.diagonal, batch.entries.rows);
}

export function checkSolveSums(batch: SolveSums): void {
  const { width } = batch.into;
  const rows = batch.sums.length / (width * (width + 1));
  if (!Number.isInteger(rows)) refuse(`${batch.sums.length} sums are not those of rows of ${width}`);
  checkSolving(batch, rows, width);
  if (batch.bias !== undefined) requireLength('The diagonal of the biases', batch.bias.diagonal, rows);
}

export function checkBlocks(batch: Blocks): void {
  checkSums(batch);
  checkSolving(batch, batch.entries.rows, batch.from.width);
  requireInteger('The exponent', batch.exponent, 8, 28);
  const { longest, greatestTarget } = batch.entries;
  if (greatestTarget > greatestOfBlocks)
    refuse(`A target of blocks is ${greatestTarget}: give preferences, at most ${greatestOfBlocks}`);
  if (longest > longestOfBlocks)
    throw new BoundExceeded(
      `A row has ${longest} entries, past the ${longestOfBlocks} whose residuals sum exactly`,
      'Solve such rows by Cholesky, or train in Spark',
    );
}

export function checkProduct({ entries, from, into }: Product): void {
  checkSums({ entries, from });
  if (into.width !== from.width || into === from)
    refuse('A product needs another matrix of the same width for its rows');
}

export function checkTransform({ from, by, into }: Transform): void {
  requireLength('A transformation', by, from.width * into.width);
}

export function checkTopN({ users, rows, seen, n }: TopN, items: Pick<FactorMatrix, 'rows' | 'width'>): void {
  requireInteger('The length of a list', n, 1, 1000);
  if (users.width !== items.width) refuse(`Users of ${users.width} factors do not fit items of ${items.width}`);
  if (rows.some(row => row < 0 || row >= users.rows)) refuse(`A list is asked for a row past ${users.rows}`);
  requireLength('The starts of seen items', seen.starts, rows.length + 1);
  for (let at = seen.starts[0] ?? 0, end = seen.starts.at(-1) ?? 0; at < end; at++) {
    const item = seen.items[at] ?? -1;
    if (item < 0 || item >= items.rows) refuse(`Item ${item} is seen, but there are ${items.rows}`);
  }
}

/** Each item has a rank of its own, below their number. */
export function checkRanks(ranks: Int32Array, items: number): void {
  const found = new Set(ranks);
  if (ranks.length !== items || found.size !== items || ranks.some(rank => rank < 0 || rank >= items))
    refuse(`The ranks of ${items} items are not 0 to ${items - 1} in some order`);
}

type Solved = Pick<SolveRows, 'gram' | 'shared' | 'diagonal' | 'into' | 'rows'>;

function checkSolving({ gram, shared, diagonal, into, rows }: Solved, count: number, width: number): void {
  if (into.width !== width) refuse(`Rows of ${width} do not fit a matrix of ${into.width}`);
  if (gram === undefined && shared !== 0) refuse('Without a Gram matrix rows share nothing: let shared be 0');
  if (gram instanceof GramSum) {
    if (gram.width !== width) refuse(`A Gram matrix of ${gram.width} columns does not fit rows of ${width}`);
  } else if (gram !== undefined) requireLength('The Gram matrix', gram, width * width);
  requireLength('The diagonal', diagonal, count);
  if (rows === undefined ? count > into.rows : rows.some(row => row < 0 || row >= into.rows))
    refuse(`A row to be written lies past the ${into.rows} of its matrix`);
  if (rows !== undefined) requireLength('The row numbers', rows, count);
}

/** The row of `into` for a row of entries. */
export const rowNumber = (rows: Int32Array | undefined, row: number): number => rows?.[row] ?? row;

function requireInteger(what: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    refuse(`${what} is ${value}, not an integer from ${least} to ${most}`);
}

function requireLength(what: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) refuse(`${what} has ${values.length} numbers in place of ${length}`);
}

function refuse(what: string): never {
  throw new RangeError(what);
}

/** Whether a row of entries has any. */
export const isEmpty = (entries: EntryRows, row: number): boolean =>
  entries.rowSlots[row] === entries.rowSlots[row + 1];

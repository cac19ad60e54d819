/** Rows of a file of results that is measured piece by piece: what a piece does not measure stays as it was. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Result, type Table } from '../shape.ts';

/** Figures of a shop through which planes are laid, by users, items, ratings and factors. */
export const fittedFigures = [
  'modelCheckpoint',
  'engine',
  'engineAgain',
  'again_s',
  'server',
  'log',
  'state',
  'documents',
  'snapshots',
] as const;

export type Row = Table['rows'][number];

/** None where nothing has been measured yet. */
export function rowsOf(name: string): readonly Row[] {
  const path = join(import.meta.dirname, `../../results/${name}.json`);
  if (!existsSync(path)) return [];
  const result = Result.parse(JSON.parse(readFileSync(path, 'utf8')));
  return result.kind === 'table' ? result.rows : [];
}

/** Whether a row is of something that is told by these. */
export const isOf = (row: Row, told: object): boolean =>
  Object.entries(told).every(([name, value]) => row[name] === value);

/** All rows in the order of what they are of, those of `one` replaced; what is not in `all` any more goes. */
export const replaced = (
  known: readonly Row[],
  all: readonly object[],
  { one, rows }: { readonly one: object; readonly rows: readonly Row[] },
): Row[] => all.flatMap(told => (told === one ? rows : known.filter(row => isOf(row, told))));

/** Finds the figures of results that the README tells. */
import type { Better, Result } from '../../bench/support/shape.ts';
import { UnusableResults } from './read.ts';

export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly better: Better;
}

/** Finds a figure in results. @throws {UnusableResults} where there is none of its name */
export type Pick = (result: Result) => Figure;

/** The median of a row. */
export const row =
  (name: string, subject = ''): Pick =>
  result => {
    const rows = result.kind === 'comparison' ? result.rows : [];
    const found = rows.find(each => each.name === name && each.subject === subject);
    if (found === undefined) throw missing(result, `${subject} ${name}`.trim());
    return { value: found.median, unit: found.unit, better: found.better };
  };

export const cell =
  (protocol: string, model: string, column: string): Pick =>
  result => {
    const rows = result.kind === 'table' ? result.rows : [];
    const value = rows.find(each => each['protocol'] === protocol && each['model'] === model)?.[column];
    const better = result.kind === 'table' ? result.columns.find(({ name }) => name === column)?.better : undefined;
    if (typeof value !== 'number' || better === undefined) throw missing(result, `${protocol} ${model} ${column}`);
    return { value, unit: '', better };
  };

/** A cell of the row that has these words in these columns. */
export const where =
  (words: Readonly<Record<string, string | number>>, column: string, unit: string): Pick =>
  result => {
    const { rows, columns } = result.kind === 'table' ? result : { rows: [], columns: [] };
    const found = rows.find(each => Object.entries(words).every(([name, word]) => each[name] === word));
    const value = found?.[column];
    const better = columns.find(({ name }) => name === column)?.better;
    if (typeof value !== 'number' || better === undefined)
      throw missing(result, `${Object.values(words).join(' ')} ${column}`);
    return { value, unit, better };
  };

const missing = ({ name }: Result, what: string): UnusableResults =>
  new UnusableResults(`The results of ${name} have no '${what}'`, 'Name it in scripts/figures/headlines.ts as it is');

export const rivalled = (
  name: string,
  subject?: string,
  shown = name,
): { readonly name: string; readonly pick: Pick } => ({
  name: shown,
  pick: row(name, subject),
});

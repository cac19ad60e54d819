/** Single figures of results, with the words that say where each stands. */
import { tableOf } from './planes.ts';
import { type Results, UnusableResults } from './read.ts';

export interface Single {
  readonly value: number;
  readonly from: string;
}

/** The median of a row of a comparison. @throws {UnusableResults} */
export function pickMedian(results: Results, name: string, row: string, subject?: string): Single {
  const result = results.get(name);
  const found =
    result?.kind === 'comparison'
      ? result.rows.find(one => one.name === row && (subject === undefined || one.subject === subject))
      : undefined;
  if (found === undefined) throw missing(name, row);
  return { value: found.median, from: `bench/results/${name}.json, ${[found.subject, row].join(' ').trim()}` };
}

/** A cell of a table, of the row that has these. @throws {UnusableResults} */
export function pickCell(
  results: Results,
  name: string,
  at: Readonly<Record<string, string | number>>,
  column: string,
): Single {
  const row = tableOf(results, name).rows.find(one => Object.entries(at).every(([key, value]) => one[key] === value));
  const value = row?.[column];
  if (typeof value !== 'number') throw missing(name, column);
  return { value, from: `bench/results/${name}.json, ${Object.values(at).join(' ')}, ${column}` };
}

const missing = (name: string, what: string): UnusableResults =>
  new UnusableResults(`The results of '${name}' have no '${what}'`, 'Measure them, or name what they have');

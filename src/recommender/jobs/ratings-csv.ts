/** Ratings as comma-separated values: a header with `userId`, `movieId` or `itemId`, `rating` and `timestamp`. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { MillraceError } from '../../errors.ts';
import { scale } from '../domain/validate.ts';

/** A file that is not there, or that no line of which can be understood. */
export class UnreadableRatings extends MillraceError {
  readonly code = 'UNREADABLE_RATINGS';
}

export interface RatingRow {
  readonly userId: string;
  readonly itemId: string;
  /** Stars, on the scale. */
  readonly rating: number;
  /** Event time in milliseconds since the Unix epoch; the file has seconds. */
  readonly time: number;
}

/** A line of the file, counted from 1: a rating, or what is wrong with it. */
export type RatingLine = {
  readonly line: number;
} & ({ readonly rating: RatingRow } | { readonly problem: string });

/** A line of any CSV file by the names of its header. */
export interface CsvLine {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** Every line of a ratings file, good or bad, in its order. @throws {UnreadableRatings} */
export async function* ratingLines(path: string): AsyncGenerator<RatingLine> {
  for await (const { line, fields } of csvLines(path, [...pairColumns, ['rating'], ['timestamp']])) {
    const rating = ratingOf(fields);
    yield typeof rating === 'string' ? { line, problem: rating } : { line, rating };
  }
}

/** Columns that name a user and an item, each with its other names. */
export const pairColumns: readonly (readonly string[])[] = [['userId'], ['itemId', 'movieId']];

/**
 * The lines below the header as they are read, never the whole file. Of `columns` the header must have each by one of
 * its names; others are kept. @throws {UnreadableRatings}
 */
export async function* csvLines(path: string, columns: readonly (readonly string[])[]): AsyncGenerator<CsvLine> {
  let header: readonly string[] | undefined;
  for await (const { line, record } of records(path)) {
    if (header === undefined) header = checkedHeader(path, record, columns);
    else yield { line, fields: new Map(header.map((name, index) => [name, record[index] ?? ''])) };
  }
  if (header === undefined) throw new UnreadableRatings(`${path} is empty`, `Begin it with ${shown(columns)}`);
}

/** The item of a line, under either of its names. */
export const itemOf = (fields: CsvLine['fields']): string => fields.get('itemId') ?? fields.get('movieId') ?? '';

type CsvRecord = { readonly line: number; readonly record: readonly string[] };

async function* records(path: string): AsyncGenerator<CsvRecord> {
  const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true };
  const parser = parse({ ...options, on_record: (record, { lines }) => [String(lines), ...record] });
  // A failure to read destroys the parser with its error, so that the loop below meets it.
  pipeline(createReadStream(path), parser, () => undefined);
  const rows: AsyncIterable<readonly string[]> = parser;
  try {
    for await (const [line, ...record] of rows) yield { line: Number(line), record };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnreadableRatings(`${path} cannot be read: ${reason}`, 'Give a comma-separated file in UTF-8', { cause });
  }
}

function checkedHeader(
  path: string,
  header: readonly string[],
  columns: readonly (readonly string[])[],
): readonly string[] {
  const missing = columns.filter(names => !names.some(name => header.includes(name)));
  if (missing.length > 0)
    throw new UnreadableRatings(
      `${path}, line 1: the header lacks ${shown(missing)}`,
      `Begin it with ${shown(columns)}`,
    );
  return header;
}

const shown = (columns: readonly (readonly string[])[]): string => columns.map(names => names.join(' or ')).join(', ');

/** A rating, or what is wrong with the line. */
function ratingOf(fields: CsvLine['fields']): RatingRow | string {
  const userId = fields.get('userId') ?? '';
  const itemId = itemOf(fields);
  const rating = numberOf(fields.get('rating'));
  const seconds = numberOf(fields.get('timestamp'));
  if (userId === '') return 'userId is missing';
  if (itemId === '') return 'the item is missing';
  if (!(rating >= scale.least && rating <= scale.most))
    return `rating '${fields.get('rating')}' is not on the scale of ${scale.least} to ${scale.most}`;
  if (!Number.isFinite(seconds)) return `timestamp '${fields.get('timestamp')}' is not a number of seconds`;
  return { userId, itemId, rating, time: seconds * 1_000 };
}

/** An empty field is no zero. */
const numberOf = (text: string | undefined): number => (text === undefined || text === '' ? NaN : Number(text));

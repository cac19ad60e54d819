/** Ratings, items and tags out of comma-separated files. All of a file is held: event-time order needs its last line. */
import type { Item, Rating } from '../../../../schemas/types.ts';
import type { Millis } from '../../../stream/time.ts';
import { earliest, maxIdLength } from '../../domain/validate.ts';
import { eventIdOf } from '../event-id.ts';
import { csvLines, itemOf, pairColumns, ratingLines, type RatingRow } from '../ratings-csv.ts';
import { type Reading, type Source, soundItem, soundRating } from './source.ts';

export interface CsvFiles {
  readonly ratings: string;
  /** `itemId` or `movieId`, `title`, `genres` separated by bars. */
  readonly items?: string | undefined;
  /** `userId`, `itemId` or `movieId`, `tag`. */
  readonly tags?: string | undefined;
}

/** The most tags that an item has: those that most users gave. */
const mostTags = 100;

/** @throws {UnreadableRatings} where a file is not there or lacks a column */
export async function readCsv(files: CsvFiles, reading: Reading): Promise<Source> {
  const rows = await readRatings(files.ratings, reading);
  // Nobody rates what is not in the catalogue, so that it is as old as the first rating.
  const began = rows[0]?.time ?? earliest;
  const tags = files.tags === undefined ? new Map<string, string[]>() : await readTags(files.tags, reading);
  const items = files.items === undefined ? [] : await readItems(files.items, tags, began, reading);
  return { items, ratings: events(rows) };
}

async function readRatings(file: string, reading: Reading): Promise<RatingRow[]> {
  const rows: RatingRow[] = [];
  for await (const read of ratingLines(file)) {
    if (reading.signal.aborted) break;
    const { line } = read;
    if ('problem' in read) reading.reject({ file, line, problem: read.problem });
    else if (soundRating(eventOf(read.rating), { file, line }, reading)) rows.push(read.rating);
  }
  return rows.sort(inOrder);
}

async function readItems(
  file: string,
  tags: ReadonlyMap<string, string[]>,
  time: Millis,
  reading: Reading,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { line, fields } of csvLines(file, [['itemId', 'movieId'], ['title'], ['genres']])) {
    if (reading.signal.aborted) break;
    const itemId = itemOf(fields);
    const genres = genresOf(fields.get('genres') ?? '');
    const title = fields.get('title') ?? '';
    const item = { itemId, tenant: '', title, genres, tags: tags.get(itemId) ?? [], available: true, time };
    if (soundItem(item, { file, line }, reading)) items.push(item);
  }
  return items;
}

/** The tags of each item, those that most users gave first, then in order of the file. */
async function readTags(file: string, reading: Reading): Promise<Map<string, string[]>> {
  const counts = new Map<string, Map<string, number>>();
  for await (const { line, fields } of csvLines(file, [...pairColumns, ['tag']])) {
    if (reading.signal.aborted) break;
    const [itemId, tag] = [itemOf(fields), fields.get('tag') ?? ''];
    const problem = problemOf(itemId, tag);
    if (problem !== undefined) reading.reject({ file, line, problem });
    else count(counts, itemId, tag);
  }
  return new Map([...counts].map(([itemId, given]) => [itemId, mostGiven(given)]));
}

function problemOf(itemId: string, tag: string): string | undefined {
  if (itemId === '') return 'the item is missing';
  if (tag === '') return 'the tag is missing';
  return tag.length > maxIdLength ? `the tag has ${tag.length} characters, ${maxIdLength} are allowed` : undefined;
}

function count(counts: Map<string, Map<string, number>>, itemId: string, tag: string): void {
  const given = counts.get(itemId) ?? new Map<string, number>();
  counts.set(itemId, given.set(tag, (given.get(tag) ?? 0) + 1));
}

const mostGiven = (given: ReadonlyMap<string, number>): string[] =>
  [...given]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostTags)
    .map(([tag]) => tag);

/** MovieLens writes '(no genres listed)' where there are none. */
const genresOf = (text: string): string[] =>
  text === '(no genres listed)' ? [] : text.split('|').filter(genre => genre !== '');

function* events(rows: readonly RatingRow[]): Iterable<Rating> {
  for (const row of rows) yield eventOf(row);
}

function eventOf({ userId, itemId, rating: value, time: exact }: RatingRow): Rating {
  // Fractions of seconds may come with more digits than milliseconds have.
  const time = Math.round(exact);
  const eventId = eventIdOf(userId, itemId, 'rating', value, time);
  return { eventId, tenant: '', userId, sessionId: '', itemId, kind: 'rating', value, time };
}

const inOrder = (a: RatingRow, b: RatingRow): number =>
  a.time - b.time || compare(a.userId, b.userId) || compare(a.itemId, b.itemId) || a.rating - b.rating;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

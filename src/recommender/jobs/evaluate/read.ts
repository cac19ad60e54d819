import { csvLines, itemOf, pairColumns, ratingLines, type RatingRow } from '../ratings-csv.ts';
import { EvaluateInput } from './errors.ts';

/** All ratings of a file, in order of time, then user, item and stars. @throws {EvaluateInput} on the first bad line */
export async function readRatings(path: string): Promise<RatingRow[]> {
  const rows: RatingRow[] = [];
  for await (const read of ratingLines(path)) {
    if ('problem' in read) throw badLine(path, read.line, read.problem);
    rows.push(read.rating);
  }
  if (rows.length === 0) throw new EvaluateInput(`${path} has no ratings`, 'Give a file with a line for each rating');
  return rows.sort(inOrder);
}

/** Items to rank a user's held-out ones among: `userId` and `itemId` or `movieId`, a line each. */
export async function readNegatives(path: string): Promise<Map<string, string[]>> {
  const negatives = new Map<string, string[]>();
  for await (const { line, fields } of csvLines(path, pairColumns)) {
    const [userId, itemId] = [fields.get('userId') ?? '', itemOf(fields)];
    if (userId === '' || itemId === '') throw badLine(path, line, 'an id is missing');
    const items = negatives.get(userId) ?? [];
    negatives.set(userId, items);
    items.push(itemId);
  }
  return negatives;
}

const badLine = (path: string, line: number, problem: string): EvaluateInput =>
  new EvaluateInput(`${path}, line ${line}: ${problem}`, 'Correct the line or leave it out');

const inOrder = (a: RatingRow, b: RatingRow): number =>
  a.time - b.time || compare(a.userId, b.userId) || compare(a.itemId, b.itemId) || a.rating - b.rating;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

import { csvLines, itemOf, pairColumns, ratingLines } from '../ratings-csv.ts';
import { EvaluateInput } from './errors.ts';
import { RatingsBuilder, type Ratings } from './ratings.ts';

/** All ratings of a file, in order of time, then user, item and stars. @throws {EvaluateInput} on the first bad line */
export async function readRatings(path: string): Promise<Ratings> {
  const builder = new RatingsBuilder();
  await readInto(builder, path);
  return builder.build().ratings;
}

/** Two files as one, and which rows are of the second: 1 for each of them. @throws {EvaluateInput} on the first bad line */
export async function readBoth(first: string, second: string): Promise<{ ratings: Ratings; ofSecond: Uint8Array }> {
  const builder = new RatingsBuilder();
  await readInto(builder, first);
  const { size } = builder;
  await readInto(builder, second);
  const { ratings, origins } = builder.build();
  return { ratings, ofSecond: Uint8Array.from(origins, origin => Number(origin >= size)) };
}

async function readInto(builder: RatingsBuilder, path: string): Promise<void> {
  const before = builder.size;
  for await (const read of ratingLines(path)) {
    if ('problem' in read) throw badLine(path, read.line, read.problem);
    builder.add(read.rating);
  }
  if (builder.size === before)
    throw new EvaluateInput(`${path} has no ratings`, 'Give a file with a line for each rating');
}

/**
 * Items to rank a user's held-out ones among: `userId` and `itemId` or `movieId`, a line each. Those that neither part has
 * ever named are left out: no model could place them.
 */
export async function readNegatives(path: string, { userIds, itemIds }: Ratings): Promise<Map<number, Int32Array>> {
  const [users, items] = [numbersOf(userIds), numbersOf(itemIds)];
  const negatives = new Map<number, number[]>();
  for await (const { line, fields } of csvLines(path, pairColumns)) {
    const [userId, itemId] = [fields.get('userId') ?? '', itemOf(fields)];
    if (userId === '' || itemId === '') throw badLine(path, line, 'an id is missing');
    const [user, item] = [users.get(userId), items.get(itemId)];
    if (user === undefined || item === undefined) continue;
    const own = negatives.get(user) ?? [];
    negatives.set(user, own);
    own.push(item);
  }
  return new Map(Array.from(negatives, ([user, own]) => [user, Int32Array.from(own)] as const));
}

const numbersOf = (ids: readonly string[]): Map<string, number> =>
  new Map(Array.from(ids, (id, number) => [id, number] as const));

const badLine = (path: string, line: number, problem: string): EvaluateInput =>
  new EvaluateInput(`${path}, line ${line}: ${problem}`, 'Correct the line or leave it out');

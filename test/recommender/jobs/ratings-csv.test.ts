import { expect, test } from 'vitest';
import { ratingLines, UnreadableRatings, type RatingLine } from '../../../src/recommender/jobs/ratings-csv.ts';
import { folder } from './evaluate/shop.ts';

async function linesOf(text: string): Promise<RatingLine[]> {
  await using files = await folder();
  return await read(await files.write('ratings.csv', text));
}

async function read(path: string): Promise<RatingLine[]> {
  const lines: RatingLine[] = [];
  for await (const line of ratingLines(path)) lines.push(line);
  return lines;
}

const failureOf = (text: string): Promise<unknown> => linesOf(text).catch((error: unknown) => error);

const heat = { userId: '1', itemId: '6', rating: 4.5, time: 964_982_703_000 };

test('seconds become milliseconds, and ids stay text', async () => {
  const lines = await linesOf('userId,movieId,rating,timestamp\n1,6,4.5,964982703\n01,6,4.5,964982703\n');
  expect(lines).toEqual([
    { line: 2, rating: heat },
    { line: 3, rating: { ...heat, userId: '01' } },
  ]);
});

test('columns may stand in any order among others, with a byte order mark, quotes and empty lines', async () => {
  const text = '\uFEFFtimestamp,note,itemId,userId,rating\r\n\r\n964982703,"a, ""b""",6,1,4.5\r\n';
  expect(await linesOf(text)).toEqual([{ line: 3, rating: heat }]);
});

test.for([
  [',6,4,1', 'userId is missing'],
  ['1,,4,1', 'the item is missing'],
  ['1,6,,1', "rating '' is not on the scale of 0.5 to 5"],
  ['1,6,5.5,1', "rating '5.5' is not on the scale of 0.5 to 5"],
  ['1,6,NaN,1', "rating 'NaN' is not on the scale of 0.5 to 5"],
  ['1,6,4,yesterday', "timestamp 'yesterday' is not a number of seconds"],
  ['1,6,4', "timestamp '' is not a number of seconds"],
] as const)('of the bad line %s it is told what is wrong, and the next is read', async ([bad, problem]) => {
  const lines = await linesOf(`userId,movieId,rating,timestamp\n${bad}\n1,6,4.5,964982703\n`);
  expect(lines).toEqual([
    { line: 2, problem },
    { line: 3, rating: heat },
  ]);
});

test('a header without a column is refused and told which', async () => {
  const error = await failureOf('userId,film,rating\n1,6,4\n');
  expect(error).toBeInstanceOf(UnreadableRatings);
  expect(error).toMatchObject({ message: expect.stringContaining('header lacks itemId or movieId, timestamp') });
});

test('an empty file, a quote that never ends and a file that is not there are refused', async () => {
  expect(await failureOf('')).toMatchObject({ message: expect.stringContaining('is empty') });
  expect(await failureOf('userId,movieId,rating,timestamp\n1,"6,4,1\n')).toBeInstanceOf(UnreadableRatings);
  await expect(read('/nowhere/ratings.csv')).rejects.toMatchObject({
    code: 'UNREADABLE_RATINGS',
    message: expect.stringContaining('ENOENT'),
  });
});

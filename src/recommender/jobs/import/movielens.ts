import { join } from 'node:path';
import { readCsv } from './csv.ts';
import type { Reading, Source } from './source.ts';

/** A folder as GroupLens publishes it: `ratings.csv`, `movies.csv`, `tags.csv`. @throws {UnreadableRatings} */
export const readMovielens = (directory: string, reading: Reading): Promise<Source> =>
  readCsv(
    {
      ratings: join(directory, 'ratings.csv'),
      items: join(directory, 'movies.csv'),
      tags: join(directory, 'tags.csv'),
    },
    reading,
  );

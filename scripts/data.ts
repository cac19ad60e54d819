// The bundled data out of a MovieLens folder: node scripts/data.ts FOLDER [TARGET]
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { itemSchema, ratingSchema } from '../schemas/types.ts';
import { readMovielens } from '../src/recommender/jobs/import/movielens.ts';
import type { Rejected } from '../src/recommender/jobs/import/source.ts';
import { toContainer } from '../src/stream/container.ts';
import { root } from './results.ts';

/** Writes `ratings.avro` and `items.avro`; the same folder gives the same bytes. */
export async function bundle(folder: string, target: string): Promise<void> {
  const { signal } = new AbortController();
  const { items, ratings } = await readMovielens(folder, { now: Date.now(), signal, reject: refuse });
  await pipeline(toContainer(itemSchema, items), createWriteStream(join(target, 'items.avro')));
  await pipeline(toContainer(ratingSchema, ratings), createWriteStream(join(target, 'ratings.avro')));
}

/** What is shipped has to be whole. */
const refuse = ({ file, line, problem }: Rejected): never => {
  throw new Error(`${file}, line ${line}: ${problem}`);
};

if (import.meta.main) {
  const [folder, target = join(root, 'data')] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Give the folder that holds ratings.csv, movies.csv and tags.csv');
  await bundle(folder, target);
}

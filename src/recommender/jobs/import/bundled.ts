import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '../../../errors.ts';
import { fromContainer } from '../../../stream/container.ts';
import type { Schema } from '../../../stream/schema.ts';
import { itemSchema, ratingSchema } from '../../../../schemas/types.ts';
import { type Reading, type Rejected, type Source, soundItem, soundRating } from './source.ts';

/** The npm package comes without the data: their terms forbid commercial use. */
export class NoBundledData extends MillraceError {
  readonly code = 'NO_BUNDLED_DATA';
}

/** `items.avro` and `ratings.avro` as scripts/data.ts makes them, read while they are written. @throws {NoBundledData} */
export async function readBundled(directory: string, reading: Reading): Promise<Source> {
  const [items, ratings] = [join(directory, 'items.avro'), join(directory, 'ratings.avro')];
  await Promise.all([items, ratings].map(checkThere));
  return {
    items: sound(itemSchema, items, soundItem, reading),
    ratings: sound(ratingSchema, ratings, soundRating, reading),
  };
}

async function* sound<T>(
  schema: Schema<T>,
  file: string,
  isSound: (value: T, at: Omit<Rejected, 'problem'>, reading: Reading) => boolean,
  reading: Reading,
): AsyncGenerator<T> {
  const bytes = createReadStream(file);
  let line = 0;
  try {
    for await (const value of fromContainer(schema, bytes)) {
      line++;
      if (isSound(value, { file, line }, reading)) yield value;
    }
  } finally {
    // Whoever stops before the end would leave the file open.
    bytes.destroy();
  }
}

async function checkThere(file: string): Promise<void> {
  try {
    await access(file);
  } catch (cause) {
    const remedy = 'Work in a checkout of the repository, or import a data set of your own';
    throw new NoBundledData(`${file} cannot be read`, remedy, { cause });
  }
}

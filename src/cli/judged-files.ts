/** Writes what an evaluation judged, so that others can judge it with their own code. */
import { createWriteStream } from 'node:fs';
import { parse as parsePath, format as formatPath } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ModelName } from '../recommender/jobs/evaluate/index.ts';

/** The model that runs live: the file that was asked for is about it, those of the others stand beside it. */
const named: ModelName = 'incremental';

/** `lists.csv` for the incremental model, `lists.popularity.csv` and `lists.retrain.csv` for the others. */
export function fileOf(path: string, model: ModelName): string {
  if (model === named) return path;
  const { dir, name, ext } = parsePath(path);
  return formatPath({ dir, name: `${name}.${model}`, ext });
}

export const writeLines = (path: string, lines: Iterable<string>): Promise<void> =>
  pipeline(Readable.from(withNewlines(lines)), createWriteStream(path));

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

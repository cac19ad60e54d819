import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Result } from '../../bench/support/shape.ts';
import { MillraceError } from '../../src/errors.ts';
import { benchmarks, repeatOf } from './benchmarks.ts';

/** Results that no page can tell. */
export class UnusableResults extends MillraceError {
  readonly code = 'UNUSABLE_RESULTS';
}

/** What has been measured, by the name of the benchmark. */
export type Results = ReadonlyMap<string, Result>;

/** Every file of results in a folder, measured without other arguments; none where there is no folder. @throws {UnusableResults} */
export async function readResults(folder: string): Promise<Results> {
  const files = existsSync(folder) ? await readdir(folder) : [];
  const read = files.map(async file => resultOf(file, await readFile(join(folder, file), 'utf8')));
  return new Map((await Promise.all(read)).map(result => [result.name, result]));
}

function resultOf(file: string, text: string): Result {
  const { data, error } = Result.safeParse(JSON.parse(text));
  if (data === undefined)
    throw new UnusableResults(`${file} has another shape: ${error.message}`, 'Measure it again', { cause: error });
  if (file !== `${data.name}.json` || !benchmarks.has(data.name))
    throw new UnusableResults(`${file} has results of '${data.name}'`, 'Name it in scripts/figures/benchmarks.ts');
  // What a page says of the size of the work holds for the defaults; a try with less must not be told as if it were it.
  const repeat = repeatOf(data.name);
  if (data.repeat === repeat) return data;
  throw new UnusableResults(
    `${file} was measured by '${data.repeat}'`,
    `Measure it by '${repeat}', or restore the file`,
  );
}

/** The ratings that models are judged by: a file that was named, or the bundled ones of MovieLens latest-small. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundled } from '../../src/recommender/jobs/import/bundled.ts';

export interface RatingsFile extends Disposable {
  /** In the format of MovieLens: userId, movieId, rating, timestamp in seconds. */
  readonly path: string;
  /** What it is called where results are told: a path would name the machine. */
  readonly name: string;
}

/** The bundled ratings stand in a file of their own until this is disposed of. */
export async function ratingsFile(named: string | undefined): Promise<RatingsFile> {
  if (named !== undefined) return { path: named, name: 'RATINGS.csv', [Symbol.dispose]: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const path = join(folder, 'ratings.csv');
  writeFileSync(path, await bundled());
  return { path, name: 'MovieLens latest-small', [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

async function bundled(): Promise<string> {
  const reject = ({ file, line, problem }: { file: string; line: number; problem: string }): void => {
    throw new Error(`${file}, record ${line}: ${problem}`);
  };
  const reading = { now: Date.now(), signal: new AbortController().signal, reject };
  const { ratings } = await readBundled(join(import.meta.dirname, '../../data'), reading);
  const lines = ['userId,movieId,rating,timestamp'];
  for await (const { userId, itemId, value, time } of ratings)
    lines.push(`${userId},${itemId},${value},${time / 1_000}`);
  return `${lines.join('\n')}\n`;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Line {
  readonly userId: string;
  readonly itemId: string;
  readonly rating: number;
  readonly seconds: number;
}

/** A folder for the files of one test, removed at its end. */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'millrace-evaluate-'));
  return {
    async write(name: string, text: string): Promise<string> {
      const file = join(path, name);
      await writeFile(file, text);
      return file;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

export const csv = (lines: readonly Line[], item = 'movieId'): string =>
  [`userId,${item},rating,timestamp`, ...lines.map(line => Object.values(line).join(','))].join('\n');

const tastes = 2;
const users = 40;
const itemsOfTaste = 20;
const ratedByEach = 11;

/**
 * Two tastes: each half of the users gives five stars to items of its own kind and one star to a few of the other's.
 * All items are about equally popular, so that counting them tells nothing.
 */
export function twoTastes(): Line[] {
  const lines: Line[] = [];
  for (let round = 0; round < ratedByEach; round++)
    for (let user = 0; user < users; user++) {
      const own = round % 6 !== 5;
      const taste = own ? user % tastes : (user + 1) % tastes;
      const item = (user * 7 + round * 3) % itemsOfTaste;
      const seconds = 1_000_000_000 + lines.length * 60;
      lines.push({ userId: `u${user}`, itemId: `${taste}-${item}`, rating: own ? 5 : 1, seconds });
    }
  return lines;
}

/** A small data set in the form of MovieLens: two tastes, so that everybody has ten films left to love. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from './site.ts';

export const filmsOfATaste = 21;
export const users = 30;
/** A title that would run, were it more than text. */
export const markup = `<img src=x onerror="document.title='run'"> & <b>Bold</b> (1999)`;
const markupId = 20;

const genres = ['Crime|Drama|Thriller', 'Animation|Comedy'] as const;
const names = ['Shadow', 'Garden'] as const;
const start_s = 1_600_000_000;

/** Film 0 to 20 are of the first taste, 100 to 120 of the second. */
const idOf = (taste: number, n: number): number => taste * 100 + n;

function movies(): string[] {
  return [0, 1].flatMap(taste =>
    Array.from({ length: filmsOfATaste }, (_, n) => {
      const id = idOf(taste, n);
      const title = id === markupId ? `"${markup.replaceAll('"', '""')}"` : `${names[taste]} ${n} (${1980 + n})`;
      return `${id},${title},${genres[taste]}`;
    }),
  );
}

/** User u has the taste u modulo 2, loves about half of its films, and dislikes two of the other. */
function ratings(): string[] {
  return Array.from({ length: users }, (_, user) => {
    const taste = user % 2;
    const loved = Array.from({ length: filmsOfATaste }, (_each, n) => n).filter(n => isRated(user, n));
    const own = loved.map(n => `${user},${idOf(taste, n)},${n % 3 === 0 ? 4.5 : 5}`);
    const other = [1, 2].map(n => `${user},${idOf(1 - taste, n)},1`);
    return [...own, ...other];
  })
    .flat()
    .map((line, n) => `${line},${start_s + n * 60}`);
}

/** User 2, whom the tests follow, has not seen the film with markup in its title, and has seen every other one of his taste. */
const isRated = (user: number, n: number): boolean => (user === 2 ? n % 2 === 1 : (n * 5 + user * 3) % 21 < 12);

/** A folder of state into which the films were imported; removed by `remove`. */
export function importedFilms(): { readonly data: string; readonly remove: () => void } {
  const data = mkdtempSync(join(tmpdir(), 'millrace-browser-'));
  writeFileSync(join(data, 'movies.csv'), ['movieId,title,genres', ...movies(), ''].join('\n'));
  writeFileSync(join(data, 'ratings.csv'), ['userId,movieId,rating,timestamp', ...ratings(), ''].join('\n'));
  writeFileSync(join(data, 'tags.csv'), 'userId,movieId,tag,timestamp\n');
  execFileSync(process.execPath, [main, 'import', 'movielens', data, '--data', data, '--json']);
  return { data, remove: () => rmSync(data, { recursive: true }) };
}

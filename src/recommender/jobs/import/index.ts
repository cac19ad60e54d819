/** Data sets into `items` and `ratings`, in event-time order, with ids that follow from what the events say. */
import { inventedItems, inventedRatings } from '../generate/index.ts';
import { readBundled } from './bundled.ts';
import { type CsvFiles, readCsv } from './csv.ts';
import { readMovielens } from './movielens.ts';
import { type Imported, type ImportOptions, ImportRun } from './run.ts';

export { NoBundledData } from './bundled.ts';
export type { Imported, ImportOptions, ImportProgress } from './run.ts';
export type { Rejected } from './source.ts';

/** A folder as GroupLens publishes it. @throws {UnreadableRatings} where a file is not there or lacks a column */
export const importMovielens = async ({
  directory,
  ...options
}: ImportOptions & { readonly directory: string }): Promise<Imported> =>
  new ImportRun(options).run(reading => readMovielens(directory, reading));

/**
 * Ratings with `userId`, `itemId` or `movieId`, `rating` and `timestamp` in seconds; items with `itemId` or `movieId`,
 * `title` and `genres`. @throws {UnreadableRatings} as `importMovielens`
 */
export const importCsv = async ({
  file,
  itemsFile,
  ...options
}: ImportOptions & { readonly file: string; readonly itemsFile?: CsvFiles['items'] }): Promise<Imported> =>
  new ImportRun(options).run(reading => readCsv({ ratings: file, items: itemsFile }, reading));

/** The data that the repository bundles; `directory` is its folder `data`. @throws {NoBundledData} */
export const importBundled = async ({
  directory,
  ...options
}: ImportOptions & { readonly directory: string }): Promise<Imported> =>
  new ImportRun(options).run(reading => readBundled(directory, reading));

/** Films and ratings that nobody gave, the same for the same seed; `history: false` leaves the ratings out. */
export const importInvented = async ({
  seed,
  history = true,
  ...options
}: ImportOptions & { readonly seed: number; readonly history?: boolean }): Promise<Imported> =>
  new ImportRun(options).run(({ now }) => ({
    items: inventedItems({ seed, now }),
    ratings: history ? inventedRatings({ seed, now }) : [],
  }));

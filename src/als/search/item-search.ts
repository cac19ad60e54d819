import { BestRows, mostBestRows } from '../kernel/best-rows.ts';
import type { ScannedRows } from '../kernel/scan.ts';
import { ItemMatrix } from '../matrix.ts';
import { type AllowedTopN, alikeBest, best } from '../top-n.ts';
import type { Scored } from '../types.ts';
import { RowBounds } from './bounds.ts';
import { SearchCounts, type Way } from './counts.ts';
import { alikeQuery, fittingQuery, type Query, type Scan } from './query.ts';
import { ScannableRoom } from './room.ts';

/** Up to here the readable sums of all items take less than a millisecond. */
const leastScanned = 16_384;
/** Candidates beyond those asked for: what is excluded, not allowed or too close to tell takes their places. */
const spare = 64;
/** Values that are scanned, or summed, before others have their turn: about half a millisecond, and one. */
const scannedPerTurn = 6_000_000;
const summedPerTurn = 1_500_000;

export interface SearchOptions {
  /** Lets others have their turn: what is set meanwhile counts. */
  readonly turn: () => Promise<void>;
  readonly counts?: SearchCounts;
  /** Items from which on they are scanned; default 16,384. */
  readonly leastScanned?: number;
  /** Values scanned in a turn; default 6,000,000. */
  readonly scannedPerTurn?: number;
}

/**
 * Finds the best of many items as the readable sums would, to the bit: `fittingBest` and `alikeBest` of the matrix as it is
 * when the answer comes. A scan by the kernel, in turns, answers candidates by rounded factors; they are scored again by
 * the readable sums, and are the answer if the last of it is above whatever the scan can have left out. Rows that change
 * meanwhile are scored apart. Where that is no proof, a scan keeps 1,000 candidates, and in the end all items are summed.
 */
export class ItemSearch {
  readonly matrix: ItemMatrix;
  readonly #room: ScannableRoom;
  readonly #bounds = new RowBounds();
  readonly #options: SearchOptions;
  readonly #counts: SearchCounts;
  /** Of each search under way, the rows that changed since it began. */
  readonly #changes = new Set<Set<number>>();

  constructor(k: number, options: SearchOptions) {
    this.#room = new ScannableRoom(k, options.leastScanned ?? leastScanned);
    this.matrix = new ItemMatrix(k, this.#room);
    this.#options = options;
    this.#counts = options.counts ?? new SearchCounts();
  }

  /** Has to be told of every row that is set. */
  changed(row: number): void {
    this.#bounds.take(this.matrix.row(row));
    for (const changes of this.#changes) changes.add(row);
  }

  /** The n allowed items whose products with these factors, of length k, are the greatest; ties by id. */
  fitting(factors: Float64Array, options: AllowedTopN): Promise<Scored[]> {
    if (factors.length !== this.matrix.k)
      throw new RangeError(`A user of ${factors.length} factors does not fit items of ${this.matrix.k}`);
    return this.#search(fittingQuery(factors, this.matrix, this.#bounds), options);
  }

  /** The n allowed items most like this one, by cosine, ties by id; undefined where it is not there. */
  async alike(itemId: string, { n, isAllowed }: AllowedTopN): Promise<Scored[] | undefined> {
    const own = this.matrix.get(itemId)?.slice();
    if (own === undefined) return undefined;
    const options = { n, isAllowed: (other: string) => other !== itemId && isAllowed(other) };
    const found = await this.#search(alikeQuery(own, this.matrix, this.#bounds), options);
    const now = this.matrix.get(itemId);
    if (now === undefined || own.every((factor, f) => factor === now[f])) return found;
    // What all others were compared with is not what it was.
    return alikeBest(now, this.matrix, options);
  }

  async #search(query: Query, options: AllowedTopN): Promise<Scored[]> {
    const { scanned: rows } = this.#room;
    const { scan } = query;
    if (rows === undefined) return this.#told('few', await this.#summed(query, options));
    const tries: readonly (readonly [Way, number])[] = [
      ['scanned', Math.min(options.n + spare, mostBestRows)],
      ['widened', mostBestRows],
    ];
    for (const [way, places] of scan === undefined || options.n >= mostBestRows ? [] : tries) {
      const found = await this.#scanned(rows, places, { ...query, scan }, options);
      if (found !== undefined) return this.#told(way, found);
    }
    return this.#told('whole', await this.#summed(query, options));
  }

  /** Undefined where an item that was left out may belong into the list. */
  async #scanned(
    rows: ScannedRows,
    places: number,
    { scan, scoresInto }: Query,
    options: AllowedTopN,
  ): Promise<Scored[] | undefined> {
    if (scan === undefined) return undefined;
    const found = new BestRows(places);
    const changed = await this.#inTurns(this.#options.scannedPerTurn ?? scannedPerTurn, (first, end) =>
      rows.scan({ first, end, x: scan.x, by: scan.by, best: found }),
    );
    const candidates = [...found.rows.filter(row => !changed.has(row)), ...changed];
    const list = this.#best(candidates, scoresInto, options);
    return isComplete(list, options.n, found, scan) ? list : undefined;
  }

  /** By the readable sums of all items. */
  async #summed({ scoresInto }: Pick<Query, 'scoresInto'>, options: AllowedTopN): Promise<Scored[]> {
    const { matrix } = this;
    const before = new Float64Array(matrix.size);
    const changed = await this.#inTurns(summedPerTurn, (first, end) => scoresInto(before.subarray(first, end), first));
    const scores = matrix.size === before.length ? before : new Float64Array(matrix.size);
    if (scores !== before) scores.set(before);
    for (const row of changed) scoresInto(scores.subarray(row, row + 1), row);
    return best(matrix.ids, scores, options);
  }

  /** Does something with all rows there are; answers those that changed or came while others had their turn. */
  async #inTurns(values: number, work: (first: number, end: number) => void): Promise<ReadonlySet<number>> {
    const { size, k } = this.matrix;
    const step = Math.max(4, Math.floor(values / k));
    const changed = new Set<number>();
    this.#changes.add(changed);
    try {
      for (let first = 0; first < size; first += step) {
        if (first > 0) await this.#options.turn();
        work(first, Math.min(first + step, size));
      }
      return changed;
    } finally {
      this.#changes.delete(changed);
    }
  }

  /** The best of some rows as they are now. */
  #best(rows: readonly number[], scoresInto: Query['scoresInto'], options: AllowedTopN): Scored[] {
    const { ids } = this.matrix;
    const scores = new Float64Array(rows.length);
    for (const [at, row] of rows.entries()) scoresInto(scores.subarray(at, at + 1), row);
    const ofRows = rows.map(row => ids[row] ?? '');
    return best(ofRows, scores, options);
  }

  #told<T>(way: Way, answer: T): T {
    this.#counts.add(way);
    return answer;
  }
}

/** A full scan left out rows up to its least score: the list has to end above all that they can be. */
function isComplete(list: readonly Scored[], n: number, found: BestRows, { bound }: Scan): boolean {
  if (!found.isFull || n <= 0) return true;
  const last = list[n - 1];
  return last !== undefined && found.least !== undefined && last.score > bound(found.least);
}

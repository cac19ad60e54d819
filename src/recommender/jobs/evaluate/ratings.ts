/** Ratings in columns: 24 bytes a rating, so that 20 million of them fit into half a gigabyte. */

/** A row is one rating; rows are in order of time, then user, item and stars, however the file was sorted. */
export interface Ratings {
  /** Ids by number, ascending: of two numbers the lesser one has the lesser id. */
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** By row. */
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly stars: Float64Array;
  /** Event time in milliseconds since the Unix epoch. */
  readonly times: Float64Array;
}

/** Row numbers, ascending. */
export type Rows = Uint32Array;

/** What a row of a file says. */
export interface RatingValues {
  readonly userId: string;
  readonly itemId: string;
  readonly rating: number;
  readonly time: number;
}

/** Takes ratings in any order, and answers them as columns. */
export class RatingsBuilder {
  readonly #userNumbers = new Map<string, number>();
  readonly #itemNumbers = new Map<string, number>();
  #users = new Int32Array(1_024);
  #items = new Int32Array(1_024);
  #stars = new Float64Array(1_024);
  #times = new Float64Array(1_024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add({ userId, itemId, rating, time }: RatingValues): void {
    const row = this.#size++;
    if (row === this.#users.length) this.#grow();
    this.#users[row] = numberOf(this.#userNumbers, userId);
    this.#items[row] = numberOf(this.#itemNumbers, itemId);
    this.#stars[row] = rating;
    this.#times[row] = time;
  }

  /** The columns, and where each row stood among those that were added. */
  build(): { readonly ratings: Ratings; readonly origins: Rows } {
    const [userIds, users] = numberedById(this.#userNumbers, this.#users.subarray(0, this.#size));
    const [itemIds, items] = numberedById(this.#itemNumbers, this.#items.subarray(0, this.#size));
    const [stars, times] = [this.#stars, this.#times];
    const origins = rowNumbers(this.#size).sort(
      (a, b) =>
        at(times, a) - at(times, b) ||
        at(users, a) - at(users, b) ||
        at(items, a) - at(items, b) ||
        at(stars, a) - at(stars, b),
    );
    return {
      ratings: {
        userIds,
        itemIds,
        users: taken(users, origins, new Int32Array(origins.length)),
        items: taken(items, origins, new Int32Array(origins.length)),
        stars: taken(stars, origins, new Float64Array(origins.length)),
        times: taken(times, origins, new Float64Array(origins.length)),
      },
      origins,
    };
  }

  #grow(): void {
    const length = this.#users.length * 2;
    this.#users = copied(this.#users, new Int32Array(length));
    this.#items = copied(this.#items, new Int32Array(length));
    this.#stars = copied(this.#stars, new Float64Array(length));
    this.#times = copied(this.#times, new Float64Array(length));
  }
}

/** All rows, in order. */
export function rowNumbers(size: number): Rows {
  const rows = new Uint32Array(size);
  for (let row = 0; row < size; row++) rows[row] = row;
  return rows;
}

/** An element that is there: typed arrays answer numbers, and out of bounds is a mistake that NaN makes visible. */
export const at = (column: ArrayLike<number>, index: number): number => column[index] ?? NaN;

function numberOf(numbers: Map<string, number>, id: string): number {
  const known = numbers.get(id);
  if (known !== undefined) return known;
  numbers.set(id, numbers.size);
  return numbers.size - 1;
}

/** Ids ascending by UTF-16 code units, and the column with their numbers in that order. */
function numberedById(numbers: ReadonlyMap<string, number>, column: Int32Array): [string[], Int32Array] {
  const ids = [...numbers.keys()].sort();
  const renumbered = new Int32Array(ids.length);
  for (const [number, id] of ids.entries()) renumbered[numbers.get(id) ?? NaN] = number;
  return [ids, column.map(number => at(renumbered, number))];
}

function taken<A extends Int32Array | Float64Array>(column: A, rows: Rows, into: A): A {
  for (let to = 0; to < rows.length; to++) into[to] = at(column, at(rows, to));
  return into;
}

function copied<A extends Int32Array | Float64Array>(from: A, into: A): A {
  into.set(from);
  return into;
}

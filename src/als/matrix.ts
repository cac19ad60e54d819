/** Where the rows of a matrix lie, one after the other. */
export interface RowRoom {
  /** All there is room for; valid until more is reserved. */
  readonly values: Int16Array;
  /** Makes room for so many values at least, and keeps those there are. */
  reserve(length: number): void;
}

/** Twice the room each time that it is too small. */
export class HeapRoom implements RowRoom {
  #values = new Int16Array();

  get values(): Int16Array {
    return this.#values;
  }

  reserve(length: number): void {
    if (length <= this.#values.length) return;
    const larger = new Int16Array(Math.max(length, this.#values.length * 2));
    larger.set(this.#values);
    this.#values = larger;
  }
}

/** Rows of k grid integers by id, in one array that grows. A row's number never changes. */
export class ItemMatrix {
  readonly k: number;
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #room: RowRoom;

  constructor(k: number, room: RowRoom = new HeapRoom()) {
    this.k = k;
    this.#room = room;
    room.reserve(16 * k);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Ids by row number. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** All rows, one after the other; valid until a row is added. */
  get values(): Int16Array {
    return this.#room.values;
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id);
  }

  /** The row of an id, added with zeros if it is new. */
  add(id: string): number {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    this.#room.reserve((this.#ids.length + 1) * this.k);
    const row = this.#ids.push(id) - 1;
    this.#rows.set(id, row);
    return row;
  }

  /** Puts an id's factors, of length k, in place; a new id is added. Answers its row. */
  set(id: string, factors: Int16Array): number {
    if (factors.length !== this.k)
      throw new RangeError(`A row of ${factors.length} does not fit a matrix of ${this.k}`);
    const row = this.add(id);
    this.values.set(factors, row * this.k);
    return row;
  }

  /** A view on an id's factors, valid until a row is added. */
  get(id: string): Int16Array | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : this.row(row);
  }

  /** A view on the factors of a row number, valid until a row is added. */
  row(row: number): Int16Array {
    return this.values.subarray(row * this.k, (row + 1) * this.k);
  }
}

/** Which id stands in which row. Numbers of rows that were removed are given out again. */
export class RowIds {
  readonly #rows = new Map<string, number>();
  /** Empty for rows that were removed: no id is. */
  readonly #ids: string[] = [];
  readonly #free: number[] = [];

  /** Rows that have an id. */
  get size(): number {
    return this.#rows.size;
  }

  /** Row numbers that were given out, those of removed rows included. */
  get end(): number {
    return this.#ids.length;
  }

  /** Rows that have an id, in no order that means anything. */
  rows(): Iterable<number> {
    return this.#rows.values();
  }

  /** Ids by row number; empty for rows that have none. */
  get list(): readonly string[] {
    return this.#ids;
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id);
  }

  /** Empty for a row that has no id. */
  idOf(row: number): string {
    return this.#ids[row] ?? '';
  }

  has(row: number): boolean {
    return this.idOf(row) !== '';
  }

  /** Gives a new id a row. */
  add(id: string): number {
    const row = this.#free.pop() ?? this.#ids.length;
    this.#ids[row] = id;
    this.#rows.set(id, row);
    return row;
  }

  remove(row: number): void {
    this.#rows.delete(this.idOf(row));
    this.#ids[row] = '';
    this.#free.push(row);
  }
}

import { checkRanks, checkTopN } from '../checks.ts';
import { panelWidth, type FactorMatrix } from '../factor-matrix.ts';
import { failureOf } from '../failures.ts';
import type { ListedItems, Lister, Lists, TopN } from '../kernel.ts';
import type { KernelMemory } from '../memory.ts';
import type { Crew } from '../workers/crew.ts';
import type { KernelExports } from './exports.ts';
import { jobBytes, listDoubles, listWords, writeFields } from './layout.ts';
import { Scope } from './scope.ts';
import type { Widths } from './widths.ts';

export interface Machinery {
  readonly memory: KernelMemory;
  readonly kernel: KernelExports;
  readonly crew: Crew;
  readonly widths: Widths;
}

/** Columns whose products decide whether a panel is looked at any further: a quarter, where that is a panel at least. */
const prefixOf = (stride: number): number =>
  stride < 4 * panelWidth ? stride : Math.ceil(stride / (4 * panelWidth)) * panelWidth;

/** Items in panels of eight, the longest first, so that a search can end before it comes to those that cannot win. */
export class WasmLister implements Lister {
  readonly #machinery: Machinery;
  readonly #scope: Scope;
  readonly #items: Pick<FactorMatrix, 'rows' | 'width' | 'stride'>;
  /** The item of each rank. */
  readonly #itemOfRank: Int32Array;
  readonly #fields: Partial<Record<(typeof listWords)[number] | (typeof listDoubles)[number], number>>;

  constructor(machinery: Machinery, { items, ranks }: ListedItems) {
    checkRanks(ranks, items.rows);
    const { memory, kernel, widths } = machinery;
    const { rows, width, stride } = items;
    this.#machinery = machinery;
    this.#items = { rows, width, stride };
    this.#itemOfRank = new Int32Array(rows);
    for (const [item, rank] of ranks.entries()) this.#itemOfRank[rank] = item;
    using temporary = new Scope(memory);
    widths.checkRows(temporary, items, 0, rows);
    const prefix = prefixOf(stride);
    const lengths = squaredLengths(items, 0);
    const order = Int32Array.from(lengths.keys()).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
    const positions = new Int32Array(rows);
    for (const [position, item] of order.entries()) positions[item] = position;
    this.#scope = new Scope(memory);
    const panels = this.#scope.room(2 * Math.ceil(rows / panelWidth) * panelWidth * stride);
    kernel.packPanels(items.address, temporary.int32(order), rows, stride, panels);
    this.#fields = {
      items: rows,
      stride,
      prefix,
      panels,
      greatestSquare: lengths[order[0] ?? 0] ?? 0,
      positions: this.#scope.int32(positions),
      ranks: this.#scope.int32(order.map(item => ranks[item] ?? 0)),
      lengths: this.#scope.float64(greatestLengths(lengths, order)),
      restLengths: this.#scope.float64(greatestLengths(squaredLengths(items, prefix), order)),
    };
  }

  topN(request: TopN): Lists {
    checkTopN(request, this.#items);
    const { memory, kernel, crew, widths } = this.#machinery;
    const { users, rows, seen, n } = request;
    using scope = new Scope(memory);
    const numbers = scope.int32(rows);
    widths.checkRows(scope, users, numbers, rows.length);
    const places = rows.length * n;
    const keys = scope.room(8 * places);
    const job = scope.room(jobBytes);
    const fields = { ...this.#fields, users: users.address, rows: numbers, keys, n };
    const seenFields = { seenStarts: scope.int32(seen.starts), seenItems: scope.int32(seen.items) };
    writeFields(memory, job, { words: listWords, doubles: listDoubles }, { ...fields, ...seenFields });
    const scratch = kernel.listScratch(this.#items.rows);
    const { failed } = crew.run({ operation: 'listRows', job, rows: rows.length, scratch });
    if (failed !== undefined) throw failureOf(failed.code, rows[failed.row] ?? -1);
    return this.#lists(memory.int32(keys, 2 * places));
  }

  [Symbol.dispose](): void {
    this.#scope[Symbol.dispose]();
  }

  /** A key is the score above, and below what the rank lacks to 2^32 - 1; an empty place has the least key there is. */
  #lists(keys: Int32Array): Lists {
    const places = keys.length / 2;
    const [items, scores] = [new Int32Array(places), new Int32Array(places)];
    for (let place = 0; place < places; place++) {
      const low = keys[2 * place] ?? 0;
      items[place] = low === 0 ? -1 : (this.#itemOfRank[-1 - low] ?? -1);
      scores[place] = low === 0 ? 0 : (keys[2 * place + 1] ?? 0);
    }
    return { items, scores };
  }
}

/** Of each row, from a column on: exact. */
function squaredLengths({ rows, stride, values }: FactorMatrix, from: number): Float64Array {
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = row * stride + from, end = (row + 1) * stride; at < end; at++) {
      const value = values[at] ?? 0;
      sum += value * value;
    }
    squares[row] = sum;
  }
  return squares;
}

/** The greatest length in each panel. */
function greatestLengths(squares: Float64Array, order: Int32Array): Float64Array {
  const greatest = new Float64Array(Math.ceil(order.length / panelWidth));
  for (const [position, item] of order.entries()) {
    const panel = Math.floor(position / panelWidth);
    greatest[panel] = Math.max(greatest[panel] ?? 0, Math.sqrt(squares[item] ?? 0));
  }
  return greatest;
}

import { maxFactor } from '../../widths.ts';
import type { EntryRows } from '../entries.ts';
import type { FactorMatrix } from '../factor-matrix.ts';
import { offGrid } from '../failures.ts';
import type { KernelMemory } from '../memory.ts';
import type { KernelExports } from './exports.ts';
import { panelPairs, panels } from './layout.ts';
import type { Scope } from './scope.ts';

/** Finds out after how many pairs sums must be widened, from the greatest factors that a call will meet. */
export class Widths {
  readonly #memory: KernelMemory;
  readonly #kernel: KernelExports;

  constructor(memory: KernelMemory, kernel: KernelExports) {
    this.#memory = memory;
    this.#kernel = kernel;
  }

  /**
   * Of the neighbours that entries name: of all rows where that is less work. `unit` stands in place of column 0.
   * Answers the address of the widths of panel pairs, with the greatest factors behind them.
   * @throws {BoundExceeded} if one of those neighbours has a factor -32768
   */
  ofNeighbours(scope: Scope, entries: EntryRows, from: FactorMatrix, unit = 0): number {
    const { neighbours, slots } = entries;
    const address = scope.room(4 * (panelPairs + panels));
    const few = slots < from.rows;
    if (few || !this.#maxima(address, from, 0, from.rows)) {
      if (!this.#maxima(address, from, neighbours.byteOffset, slots)) throw offGrid('A neighbour');
    }
    const maxima = this.#memory.int32(address + 4 * panelPairs, 1);
    maxima[0] = Math.max(maxima[0] ?? 0, unit);
    this.#kernel.panelWidths(address, from.stride);
    return address;
  }

  /** Of all rows of a matrix. @throws {BoundExceeded} */
  ofRows(scope: Scope, matrix: FactorMatrix): number {
    const address = scope.room(4 * (panelPairs + panels));
    if (!this.#maxima(address, matrix, 0, matrix.rows)) throw offGrid('A row');
    this.#kernel.panelWidths(address, matrix.stride);
    return address;
  }

  /** @throws {BoundExceeded} if one of the rows that `numbers` (an address) names has a factor -32768 */
  checkRows(scope: Scope, matrix: FactorMatrix, numbers: number, count: number): void {
    const address = scope.room(4 * (panelPairs + panels));
    if (!this.#maxima(address, matrix, numbers, count)) throw offGrid('A row');
  }

  /** Whether all are on the grid. */
  #maxima(address: number, matrix: FactorMatrix, numbers: number, count: number): boolean {
    const into = address + 4 * panelPairs;
    this.#kernel.panelMaxima(matrix.address, numbers, count, matrix.stride, into);
    return this.#memory.int32(into, panels).every(most => most <= maxFactor);
  }
}

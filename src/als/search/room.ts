import type { ScannedRows } from '../kernel/scan.ts';
import { WasmRows } from '../kernel/wasm/scanned-rows.ts';
import { HeapRoom, type RowRoom } from '../matrix.ts';

/** Room on the heap while there are few rows; from then on where the kernel scans them. */
export class ScannableRoom implements RowRoom {
  readonly #k: number;
  readonly #leastScanned: number;
  #room: HeapRoom | ScannedRows = new HeapRoom();

  /** @param leastScanned rows from which on they are scanned */
  constructor(k: number, leastScanned: number) {
    this.#k = k;
    this.#leastScanned = leastScanned;
  }

  get values(): Int16Array {
    return this.#room.values;
  }

  /** Undefined while there are few. */
  get scanned(): ScannedRows | undefined {
    return this.#room instanceof HeapRoom ? undefined : this.#room;
  }

  /** @throws {KernelMissing} where the kernel has not been built @throws {BoundExceeded} past 4 GiB */
  reserve(length: number): void {
    if (this.#room instanceof HeapRoom && length > 0 && length >= this.#leastScanned * this.#k) {
      const { values } = this.#room;
      const scanned = new WasmRows(this.#k);
      scanned.reserve(Math.max(length, values.length));
      scanned.values.set(values);
      this.#room = scanned;
    }
    this.#room.reserve(length);
  }
}

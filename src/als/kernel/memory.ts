import { BoundExceeded } from '../errors.ts';
import { webAssembly, type WasmMemory } from './web-assembly.ts';

const pageBytes = 65_536;
/** What 32 bits address: 4 GiB. */
const maxPages = 65_536;
/** A cache line: no two blocks share one, so that threads do not wait for each other's writes. */
const alignment = 64;
/** Growing copies nothing, but each growth makes a new buffer: a few large ones are better than many small. */
const leastGrowth = 16;

/** A piece of a kernel's memory: where it begins and how long it is, both multiples of 64. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/**
 * One shared WebAssembly memory, given out in blocks: the first free one that fits, neighbours joined when freed.
 * A view stays valid when the memory grows, for as long as its block is not freed.
 */
export class KernelMemory {
  readonly memory: WasmMemory;
  /** Free blocks, ascending, no two of them adjacent. Address 0 is never given out. */
  #free: Block[] = [{ address: alignment, bytes: pageBytes - alignment }];
  /**
   * The whole memory as it is now: a view for each block would cost more than to clear a small one. By eight bytes: what
   * is shared is cleared element by element.
   */
  #all: Float64Array;

  constructor(memory = new webAssembly.Memory({ initial: 1, maximum: maxPages, shared: true })) {
    this.memory = memory;
    this.#all = new Float64Array(memory.buffer);
  }

  /** Bytes that blocks hold at present. */
  get used(): number {
    return this.memory.buffer.byteLength - alignment - this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A block of at least so many bytes, all of them 0. @throws {BoundExceeded} past 4 GiB */
  allocate(bytes: number): Block {
    const wanted = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const index = this.#findFree(wanted);
    const { address, bytes: found } = this.#free[index] ?? { address: 0, bytes: 0 };
    const rest = found > wanted ? [{ address: address + wanted, bytes: found - wanted }] : [];
    this.#free.splice(index, 1, ...rest);
    this.#all.fill(0, address / 8, (address + wanted) / 8);
    return { address, bytes: wanted };
  }

  free({ address, bytes }: Block): void {
    let index = this.#free.findIndex(block => block.address > address);
    if (index < 0) index = this.#free.length;
    const [before, after] = [this.#free[index - 1], this.#free[index]];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    const first = joinsBefore ? before.address : address;
    const end = joinsAfter ? after.address + after.bytes : address + bytes;
    const from = joinsBefore ? index - 1 : index;
    this.#free.splice(from, Number(joinsBefore) + Number(joinsAfter), { address: first, bytes: end - first });
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  int16(address: number, length: number): Int16Array {
    return new Int16Array(this.memory.buffer, address, length);
  }

  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length);
  }

  #findFree(bytes: number): number {
    const fits = (block: Block): boolean => block.bytes >= bytes;
    const index = this.#free.findIndex(fits);
    if (index >= 0) return index;
    this.#grow(bytes);
    return this.#free.findIndex(fits);
  }

  /** By a thirty-second of what there is, at least, where so much can be had: what is not used counts as taken all the same. */
  #grow(bytes: number): void {
    const before = this.memory.buffer.byteLength;
    const needed = Math.ceil(bytes / pageBytes);
    const possible = maxPages - before / pageBytes;
    if (needed > possible)
      throw new BoundExceeded(
        `A block of ${bytes} bytes does not fit a kernel's memory of 4 GiB, of which ${this.used} are used`,
        'Take fewer factors, or train in Spark what is too large for one machine',
      );
    const wished = Math.max(needed, leastGrowth, before / pageBytes / 32);
    const pages = Math.min(possible, Math.ceil(wished));
    this.memory.grow(pages);
    this.#all = new Float64Array(this.memory.buffer);
    this.free({ address: before, bytes: pages * pageBytes });
  }
}

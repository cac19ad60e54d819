import { BuildError } from '../errors.ts';
import { refuseUnknown } from '../options.ts';

/** How much of a state is kept in memory. */
export interface MemoryBound {
  /** Entries at most. */
  readonly entries: number;
  /** Bytes at most, as they are stored, with 100 for each entry; 64 MiB where absent. */
  readonly bytes?: number;
}

export const defaultBytes = 64 * 1024 * 1024;
const bytesOfEntry = 100;

/** Throws `BuildError`. */
export function checkedBound(step: string, bound: MemoryBound): MemoryBound {
  refuseUnknown(bound, ['entries', 'bytes'], `what '${step}' says of its memory`);
  for (const [name, most] of Object.entries(bound))
    if (!Number.isSafeInteger(most) || most < 0)
      throw new BuildError(`'${step}' is to hold ${most} ${name} in memory`, 'Give a whole number, 0 or more');
  return bound;
}

/** What was used last, within bounds: what was not used for the longest is forgotten first. */
export class Recent<V> {
  readonly #most: Required<MemoryBound>;
  /** In the order of their last use. */
  readonly #held = new Map<string, { readonly value: V; readonly bytes: number }>();
  /**
   * Goes on where the last one was forgotten: all before it are gone, and what is used again comes behind it. To begin at
   * the first one each time would pass over the places of all that were forgotten, which took most of the time of a fill.
   */
  #oldest = this.#held.keys();
  #bytes = 0;

  constructor({ entries, bytes = defaultBytes }: MemoryBound) {
    this.#most = { entries, bytes };
  }

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(id: string): V | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    this.#held.delete(id);
    this.#held.set(id, held);
    return held.value;
  }

  /** `stored` is the length of the value in bytes. */
  put(id: string, value: V, stored: number): void {
    this.delete(id);
    const bytes = stored + id.length + bytesOfEntry;
    if (bytes > this.#most.bytes) return;
    this.#held.set(id, { value, bytes });
    this.#bytes += bytes;
    while (this.#held.size > this.#most.entries || this.#bytes > this.#most.bytes) this.#forgetOldest();
  }

  delete(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#bytes -= held.bytes;
  }

  #forgetOldest(): void {
    const { value: oldest, done } = this.#oldest.next();
    if (done === true) this.#oldest = this.#held.keys();
    else this.delete(oldest);
  }

  clear(): void {
    this.#held.clear();
    this.#oldest = this.#held.keys();
    this.#bytes = 0;
  }
}

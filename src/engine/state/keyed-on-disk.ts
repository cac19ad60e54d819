import type { SchemaRegistry } from '../../stream/registry.ts';
import type { StateValue, Step, StoredEntries, StoredState } from '../step.ts';
import { afterAll } from './entries.ts';
import type { StateCodec } from './codec.ts';
import { DiskTable } from './disk-table.ts';
import type { KeyedValues } from './keyed-values.ts';
import type { MemoryBound } from './recent.ts';
import { joined, split, Versions } from './versions.ts';

/** Values by key that stay in the checkpoint, behind a bounded cache; stored as `KeyedState` stores them. */
export class KeyedOnDisk<S> implements Step, KeyedValues<S> {
  readonly kind: string;
  readonly timed = false;
  readonly nextTimer = Infinity;
  readonly lag = 0;
  readonly hold = Infinity;
  readonly due = Infinity;
  /** Nothing. */
  readonly restores = { from: '', before: '' };
  readonly #codec: StateCodec<S>;
  readonly #versions: Versions;
  readonly #values: DiskTable<S>;
  #stored: StoredEntries | undefined;

  constructor(kind: string, codec: StateCodec<S>, memory: MemoryBound) {
    this.kind = kind;
    this.#codec = codec;
    this.#versions = new Versions(codec);
    this.#values = new DiskTable<S>({
      name: '',
      mark: '',
      stored: () => this.#stored ?? nothingStored,
      memory,
      encode: value => codec.encode(value),
      decode: value => codec.decode(value),
    });
  }

  get identity(): string {
    return joined(this.#versions.all);
  }

  learn(identity: string, registry: Pick<SchemaRegistry, 'find'>): Promise<void> {
    return this.#versions.learn(split(identity), registry);
  }

  reads(identity: string): boolean {
    return this.#versions.take(split(identity));
  }

  attach(stored: StoredEntries): void {
    this.#stored = stored;
  }

  get(key: string): S | undefined {
    return this.#values.find(key);
  }

  set(key: string, value: S | undefined): void {
    if (value === undefined) this.#values.remove(key);
    else this.#values.put(key, value);
  }

  touched(): string[] {
    return this.#values.touched().sort();
  }

  *keys(): Iterable<string> {
    for (const [key] of this.#values.scan({ from: '', before: afterAll }, false)) yield key;
  }

  /** Counted: it takes a look at all of them. */
  get size(): number {
    let size = 0;
    for (const _ of this.keys()) size++;
    return size;
  }

  changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    return this.#values.changes();
  }

  committed(): void {
    this.#values.committed();
  }

  undo(): void {
    this.#values.undo();
  }

  fire(): void {}
  endEpoch(): void {}
  restore(): void {}
  restored(): void {}

  query(key: string, stored: StoredState): S | undefined {
    const value = stored.get(key);
    return value === undefined ? undefined : this.#codec.decode(value);
  }
}

/** Of a task that never runs. */
export const nothingStored: StoredEntries = { get: () => undefined, range: () => [], rangeBack: () => [] };

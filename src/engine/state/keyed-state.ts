import type { SchemaRegistry } from '../../stream/registry.ts';
import type { Millis } from '../../stream/time.ts';
import { BaseStep, type StateValue, type StoredState } from '../step.ts';
import type { StateCodec } from './codec.ts';
import type { KeyedValues } from './keyed-values.ts';
import { split, Versions } from './versions.ts';

/** Values by key, in memory; what an epoch touches goes into its checkpoint, and comes back from there on failure. */
export class KeyedState<S> extends BaseStep implements KeyedValues<S> {
  readonly kind: string;
  override readonly identity: string;
  readonly #codec: StateCodec<S>;
  readonly #values = new Map<string, S>();
  readonly #dirty = new Set<string>();
  /** The other identity that it has learnt to read. */
  #learnt: string | undefined;
  /** Whether the checkpoint still holds values of that one: the next one replaces them all. */
  #isOlder = false;

  constructor(kind: string, codec: StateCodec<S>) {
    super();
    this.kind = kind;
    this.identity = codec.version;
    this.#codec = codec;
  }

  /** On disk there may be several versions: what was kept there is read like that too. */
  async learn(identity: string, registry: Pick<SchemaRegistry, 'find'>): Promise<void> {
    const versions = new Versions(this.#codec);
    await versions.learn(split(identity), registry);
    if (versions.take(split(identity))) this.#learnt = identity;
  }

  reads(identity: string): boolean {
    this.#isOlder = identity === this.#learnt;
    return this.#isOlder;
  }

  get(key: string): S | undefined {
    return this.#values.get(key);
  }

  /** An undefined value removes the key. A value changed in place has to be set again. */
  set(key: string, value: S | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    this.#dirty.add(key);
  }

  /** Keys set since the last checkpoint, in ascending order. */
  touched(): string[] {
    return [...this.#dirty].sort();
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  get size(): number {
    return this.#values.size;
  }

  override *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    const changed = this.#isOlder ? new Set([...this.#values.keys(), ...this.#dirty]) : this.#dirty;
    for (const key of changed) {
      const value = this.#values.get(key);
      yield [key, value === undefined ? null : this.#codec.encode(value)];
    }
  }

  override committed(): void {
    this.#isOlder = false;
    this.#dirty.clear();
  }

  override undo(read: (key: string) => StateValue | undefined): void {
    for (const key of this.#dirty) {
      const value = read(key);
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, this.#codec.decode(value));
    }
    this.#dirty.clear();
  }

  query(key: string, stored: StoredState): S | undefined {
    const value = stored.get(key);
    return value === undefined ? undefined : this.#codec.decode(value);
  }

  override restore(key: string, value: StateValue, _watermark: Millis): void {
    this.#values.set(key, this.#codec.decode(value));
  }
}

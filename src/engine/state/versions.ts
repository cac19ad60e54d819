import type { SchemaRegistry } from '../../stream/registry.ts';
import type { StateCodec } from './codec.ts';

type Versioned = Pick<StateCodec<unknown>, 'version' | 'learn'>;

/**
 * Versions in which the values of a state are stored: that of today, and those of former releases whose values were not
 * written again since. A large state is never written anew for its version's sake.
 */
export class Versions {
  readonly #codec: Versioned;
  readonly #learnt = new Set<string>();
  /** The newest first. */
  #former: readonly string[] = [];

  constructor(codec: Versioned) {
    this.#codec = codec;
  }

  /** Today's first. */
  get all(): readonly string[] {
    return [this.#codec.version, ...this.#former];
  }

  /** Finds out how to read these. */
  async learn(stored: readonly string[], registry: Pick<SchemaRegistry, 'find'>): Promise<void> {
    for (const version of this.#others(stored))
      if ((await this.#codec.learn?.(version, registry)) === true) this.#learnt.add(version);
  }

  /** Whether all of them can be read. From then on they are among those that are stored. */
  take(stored: readonly string[]): boolean {
    const others = this.#others(stored);
    if (!others.every(version => this.#learnt.has(version))) return false;
    this.#former = others;
    return true;
  }

  #others(stored: readonly string[]): readonly string[] {
    return stored.filter(version => version !== this.#codec.version);
  }
}

/** As they stand in an identity. */
export const joined = (versions: readonly string[]): string => versions.join(' after ');
export const split = (identity: string): readonly string[] => identity.split(' after ');

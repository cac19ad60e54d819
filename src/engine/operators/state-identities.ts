import { z } from 'zod';
import type { SchemaRegistry } from '../../stream/registry.ts';
import type { StateKind } from '../state/kinds/kind.ts';
import { joined, split, Versions } from '../state/versions.ts';

/** As the identity of a step has them: by name of the state, its kind and the versions of what is stored. */
const Stored = z.record(z.string(), z.tuple([z.string(), z.string()]));
type Stored = z.infer<typeof Stored>;

/** What stored states of a step have to be to be taken up: a state may be new, and its values may be of a former version. */
export class StateIdentities {
  readonly #states: ReadonlyMap<string, { readonly kind: string; readonly versions: Versions }>;

  constructor(states: Readonly<Record<string, StateKind<unknown>>>) {
    const kinds = Object.entries(states);
    this.#states = new Map(kinds.map(([name, { kind, codec }]) => [name, { kind, versions: new Versions(codec) }]));
  }

  get identity(): string {
    const all: Stored = {};
    for (const [name, { kind, versions }] of this.#states) all[name] = [kind, joined(versions.all)];
    return JSON.stringify(all);
  }

  async learn(identity: string, registry: Pick<SchemaRegistry, 'find'>): Promise<void> {
    for (const [name, [, versions]] of Object.entries(storedIn(identity) ?? {}))
      await this.#states.get(name)?.versions.learn(split(versions), registry);
  }

  /** False where a state is no more, is of another kind, or has values that nobody says how to read. */
  reads(identity: string): boolean {
    const stored = storedIn(identity);
    if (stored === undefined) return false;
    return Object.entries(stored).every(([name, [kind, versions]]) => {
      const state = this.#states.get(name);
      return state?.kind === kind && state.versions.take(split(versions));
    });
  }
}

function storedIn(identity: string): Stored | undefined {
  if (!identity.startsWith('{')) return undefined;
  const parsed = Stored.safeParse(JSON.parse(identity));
  return parsed.success ? parsed.data : undefined;
}

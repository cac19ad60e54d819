/** What a checkpoint holds of a key of a general step: read beside its epochs. */
import { idsWith, valuesMark } from '../state/entries.ts';
import { entryCodec } from '../state/entry-codec.ts';
import type { StoredKey } from '../state/kinds/kind.ts';
import type { StoredState } from '../step.ts';
import type { States } from './process.ts';

/** Entries of a list or a map that are told; the first ones. */
const mostEntries = 1_000;

/**
 * By name of the state; a state without anything of the key is left out, and undefined is answered where all are. What
 * event time has passed is told until it is swept.
 */
export function processQuery(states: States, key: string, stored: StoredState): unknown {
  const found = Object.entries(states).flatMap(([name, state]) => {
    const value = state.query(storedKey(name + valuesMark, state.codec, key, stored));
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function storedKey(name: string, codec: States[string]['codec'], key: string, stored: StoredState): StoredKey {
  const entry = entryCodec<unknown>({ decode: value => codec.decode(value), encode: () => '' });
  return {
    value() {
      const value = stored.get(name + key);
      return value === undefined ? undefined : entry.decode(value).value;
    },
    entries() {
      const { from, before } = idsWith(`${name}${prefixOf(key)}`);
      return stored
        .range(from, mostEntries)
        .filter(([id]) => id < before)
        .map(([id, value]) => [id.slice(from.length), entry.decode(value).value] as const);
    },
  };
}

/** The key without the characters that end it where an id goes on, and its end. */
export const prefixOf = (key: string): string => `${key.replace(/[%|]/g, encodeURIComponent)}|`;

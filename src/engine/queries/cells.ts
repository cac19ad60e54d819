/** The open windows of one key, found among those of all keys without reading them. */
import type { StateValue, StoredState } from '../step.ts';
import type { Millis } from '../windows/spec.ts';
import { idOf, parseId } from '../windows/store.ts';
import { updatesId } from '../windows/updates.ts';
import { StateNotReadable } from './errors.ts';

/** What a step keeps of a key from an instant on: a window, a pane of windows that overlap, or a session. */
export interface StoredCell<A> {
  readonly start: Millis;
  readonly value: A;
}

/** Beginnings that are looked at. Windows at fixed places have few; each session has its own. */
const mostStarts = 10_000;

/** Goes from one beginning to the next: entries are called `start|key`, and `}` comes after `|`. */
export function cellsOf<A>(key: string, stored: StoredState, decode: (value: StateValue) => A): StoredCell<A>[] {
  const cells: StoredCell<A>[] = [];
  let [next] = stored.range('', 1);
  for (let looked = 0; next !== undefined && next[0] !== updatesId; looked++) {
    if (looked === mostStarts)
      throw new StateNotReadable(
        `Windows begin at more than ${mostStarts} instants`,
        'Write them into a stream or a collection, and ask there',
      );
    const { start } = parseId(next[0]);
    const value = stored.get(idOf(start, key));
    if (value !== undefined) cells.push({ start, value: decode(value) });
    [next] = stored.range(`${start}}`, 1);
  }
  return cells.sort((a, b) => a.start - b.start);
}

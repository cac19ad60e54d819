/** Two tables joined by definition: at each change its row is looked up among all changes up to it, and among those before. */
import { nobodys } from '../../support/encounters.ts';
import { type Event, type Marked, marked } from './naive.ts';

export interface NaiveTablesJoin {
  /** What each change tells, in the order of event time: `key left+right`, with `no more` before it where its row ends. */
  readonly told: readonly { readonly key: string; readonly text: string }[];
  /** Numbers. */
  readonly lateLeft: readonly number[];
  readonly lateRight: readonly number[];
}

interface Change extends Marked {
  readonly side: 'left' | 'right';
  readonly index: number;
}

/** `left` and `right` are the versions of one partition each, in the order of the log. */
export function naiveTablesJoin(
  { kind, grace }: { readonly kind: 'inner' | 'left' | 'outer'; readonly grace: number },
  left: readonly Event[],
  right: readonly Event[],
  lateness: { readonly left: number; readonly right: number },
): NaiveTablesJoin {
  const changesOf = (side: Change['side'], events: readonly Event[]): Change[] =>
    marked(events, lateness[side]).map((event, index) => ({ ...event, side, index }));
  const all = [...changesOf('left', left), ...changesOf('right', right)];
  const inTime = all.filter(({ mark, time }) => mark <= time + grace);
  inTime.sort((a, b) => a.time - b.time || compare(b.side, a.side) || compare(a.key, b.key) || a.index - b.index);
  const rowOf = (changes: readonly Change[], key: string): string | undefined => {
    const last = (side: Change['side']): Change | undefined => {
      const found = changes.findLast(change => change.key === key && change.side === side);
      return found?.table === nobodys ? undefined : found;
    };
    const [one, other] = [last('left'), last('right')];
    const isThere = { inner: one && other, left: one, outer: one ?? other }[kind] !== undefined;
    return isThere ? `${key} ${one?.id ?? '-'}+${other?.id ?? '-'}` : undefined;
  };
  const told = inTime.flatMap(({ key }, index) => {
    const [before, after] = [rowOf(inTime.slice(0, index), key), rowOf(inTime.slice(0, index + 1), key)];
    if (after !== undefined) return [{ key, text: after }];
    return before === undefined ? [] : [{ key, text: `no more ${before}` }];
  });
  const late = (side: Change['side']): number[] =>
    all.filter(change => change.side === side && !inTime.includes(change)).map(({ id }) => id);
  return { told, lateLeft: late('left'), lateRight: late('right') };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

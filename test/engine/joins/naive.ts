/** A join by its definition, over the whole of both inputs: what no record has to be kept for, because all are there. */
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { type How, poisonPlace, type Visit } from '../../support/encounters.ts';
import { watermarks } from '../windows/naive.ts';

export interface Event {
  readonly id: number;
  readonly key: string;
  readonly time: number;
  readonly table: string;
}

/** Those of a partition, in the order of the log. A record that the pipe fails on counts for nothing. */
export const eventsIn = (list: readonly Visit[], partition: number, partitions = 2): Event[] =>
  list
    .filter(({ place }) => place !== poisonPlace && partitionOf(place, partitions) === partition)
    .map(({ id, place, table, at }) => ({ id, key: place, time: at, table }));

export interface NaiveJoin {
  /** Numbers of left and right, ascending. */
  readonly met: readonly (readonly [left: number, right: number])[];
  /** Ascending, with the event time that has to be passed before it can be told. */
  readonly aloneLeft: readonly Alone[];
  readonly aloneRight: readonly Alone[];
  /** Numbers, ascending. */
  readonly lateLeft: readonly number[];
  readonly lateRight: readonly number[];
  /** Event time at the end of both inputs. */
  readonly mark: number;
}

export interface Alone {
  readonly id: number;
  readonly after: number;
}

export interface Marked extends Event {
  readonly mark: number;
}

/** Of whole times; `left` and `right` are the records of one partition each, in the order of the log. */
export function naiveJoin(
  { kind, before, after, grace }: How,
  left: readonly Event[],
  right: readonly Event[],
  lateness: { readonly left: number; readonly right: number },
): NaiveJoin {
  const lefts = marked(left, lateness.left);
  const rights = marked(right, lateness.right);
  const leftUntil = (event: Event): number => event.time + after + grace;
  const rightUntil = (event: Event): number => event.time + before + grace;
  const taken = (event: Marked): boolean => event.mark <= event.time + before + after + grace;
  const takenLeft = lefts.filter(taken);
  const takenRight = rights.filter(taken);
  const meets = (l: Marked, r: Marked): boolean =>
    l.key === r.key &&
    r.time - l.time >= -before &&
    r.time - l.time <= after &&
    r.mark <= leftUntil(l) &&
    l.mark <= rightUntil(r);
  const met = takenLeft.flatMap(l => takenRight.filter(r => meets(l, r)).map(r => [l.id, r.id] as const));
  const aloneOf = (all: readonly Marked[], some: ReadonlySet<number>, until: (event: Event) => number): Alone[] =>
    all
      .filter(({ id }) => !some.has(id))
      .map(event => ({ id: event.id, after: until(event) }))
      .sort((a, b) => a.id - b.id);
  const numbers = (events: readonly Event[]): number[] => events.map(({ id }) => id).sort((a, b) => a - b);
  return {
    met: met.sort(([a, b], [c, d]) => a - c || b - d),
    aloneLeft: kind === 'inner' ? [] : aloneOf(takenLeft, new Set(met.map(([l]) => l)), leftUntil),
    aloneRight: kind === 'outer' ? aloneOf(takenRight, new Set(met.map(([, r]) => r)), rightUntil) : [],
    lateLeft: numbers(lefts.filter(event => !takenLeft.includes(event))),
    lateRight: numbers(rights.filter(event => !takenRight.includes(event))),
    mark: Math.min(lefts.at(-1)?.mark ?? -Infinity, rights.at(-1)?.mark ?? -Infinity),
  };
}

export function marked(events: readonly Event[], lateness: number): Marked[] {
  const marks = watermarks(events, lateness);
  return events.map((event, index) => ({ ...event, mark: marks[index] ?? NaN }));
}

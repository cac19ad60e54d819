/** Windows by their definition, over the whole input: what no event has to be kept for, because all are there. */
import type { Hopping, Session } from '../../../src/engine/windows/spec.ts';

export interface Event {
  readonly id: number;
  readonly key: string;
  readonly time: number;
}

/** Events by number, in ascending order. */
export interface NaiveWindow {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly events: readonly number[];
}

export interface NaiveResult {
  /** In the order in which they close. */
  readonly closed: readonly NaiveWindow[];
  readonly open: readonly NaiveWindow[];
  readonly late: readonly number[];
}

/** Event time when each event is looked at: the greatest so far, less what may come late. */
export function watermarks(events: readonly Event[], lateness: number): number[] {
  return events.map((_, index) => Math.max(...events.slice(0, index + 1).map(({ time }) => time)) - lateness);
}

const ascending = (a: number, b: number): number => a - b;
const byKey = (a: NaiveWindow, b: NaiveWindow): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Every start of a window that contains the time. */
function startsOf(time: number, { size, every }: Hopping): number[] {
  const starts: number[] = [];
  for (let n = Math.floor((time - size) / every) - 1; n * every <= time; n++) {
    const start = n * every;
    if (start <= time && time < start + size) starts.push(start + 0);
  }
  return starts;
}

export function naiveHopping(events: readonly Event[], windows: Hopping, lateness: number): NaiveResult {
  const { size, grace } = windows;
  const marks = watermarks(events, lateness);
  const takes = (index: number, start: number): boolean => start + size + grace > (marks[index] ?? NaN);
  const late = events.filter(({ time }, index) => !startsOf(time, windows).some(start => takes(index, start)));
  const starts = new Set(events.flatMap(({ time }) => startsOf(time, windows)));
  const keys = new Set(events.map(({ key }) => key));
  const all = [...starts].flatMap(start =>
    [...keys].map(key => ({
      key,
      start,
      end: start + size,
      events: events
        .filter(
          (event, index) =>
            event.key === key && start <= event.time && event.time < start + size && takes(index, start),
        )
        .map(({ id }) => id)
        .sort(ascending),
    })),
  );
  const windowsOfSome = all.filter(window => window.events.length > 0);
  windowsOfSome.sort((a, b) => a.start - b.start || byKey(a, b));
  const last = marks.at(-1) ?? -Infinity;
  return {
    closed: windowsOfSome.filter(({ end }) => end + grace <= last),
    open: windowsOfSome.filter(({ end }) => end + grace > last),
    late: late.map(({ id }) => id),
  };
}

/** Sets of events that are less than the gap apart; a set is closed when event time has passed its end and the grace. */
export function naiveSessions(events: readonly Event[], { gap, grace }: Session, lateness: number): NaiveResult {
  const marks = watermarks(events, lateness);
  const closed: NaiveWindow[] = [];
  const late: number[] = [];
  let open: Event[][] = [];
  const startOf = (set: readonly Event[]): number => Math.min(...set.map(({ time }) => time)) + 0;
  const endOf = (set: readonly Event[]): number => Math.max(...set.map(({ time }) => time)) + gap;
  const windowOf = (set: readonly Event[]): NaiveWindow => ({
    key: set[0]?.key ?? '',
    start: startOf(set),
    end: endOf(set),
    events: set.map(({ id }) => id).sort(ascending),
  });
  const inOrder = (sets: readonly (readonly Event[])[]): NaiveWindow[] =>
    sets.map(windowOf).sort((a, b) => a.end - b.end || byKey(a, b));

  events.forEach((event, index) => {
    const mark = marks[index] ?? NaN;
    closed.push(...inOrder(open.filter(set => endOf(set) + grace <= mark)));
    open = open.filter(set => endOf(set) + grace > mark);
    const { key, time } = event;
    const near = open.filter(set => set[0]?.key === key && startOf(set) < time + gap && time < endOf(set));
    const falls = near.some(set => startOf(set) <= time);
    if (!falls && time + gap + grace <= mark) late.push(event.id);
    else open = [...open.filter(set => !near.includes(set)), [...near.flat(), event]];
  });
  return { closed, open: inOrder(open), late };
}

/** Windows by their definition, over the whole input: what no event has to be kept for, because all are there. */
import type { Hopping, Session, Sliding, Windows } from '../../../src/engine/windows/spec.ts';
import { periodOf } from './zone-oracle.ts';

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

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** What windows of any kind hold, and what comes too late for them. */
export function naive(events: readonly Event[], windows: Windows, lateness: number): NaiveResult {
  if (windows.kind === 'session') return naiveSessions(events, windows, lateness);
  if (windows.kind === 'calendar') {
    const { unit, zone, grace } = windows;
    return naiveFixed(events, ({ time }) => [periodOf(time, unit, zone)], grace, lateness);
  }
  if (windows.kind === 'sliding') return naiveSliding(events, windows, lateness);
  return naiveFixed(events, ({ time }) => hopsOf(time, windows), windows.grace, lateness);
}

/** Every window that contains the time. */
function hopsOf(time: number, { size, every }: Hopping): Interval[] {
  const found: Interval[] = [];
  for (let n = Math.floor((time - size) / every) - 1; n * every <= time; n++) {
    const start = n * every;
    if (start <= time && time < start + size) found.push({ start: start + 0, end: start + size });
  }
  return found;
}

/** Windows that are where they are, whatever comes: an event lies in each that has it between its ends. */
function naiveFixed(
  events: readonly Event[],
  windowsOf: (event: Event) => readonly Interval[],
  grace: number,
  lateness: number,
): NaiveResult {
  const marks = watermarks(events, lateness);
  const takes = (index: number, end: number): boolean => end + grace > (marks[index] ?? NaN);
  const late = events.filter((event, index) => !windowsOf(event).some(({ end }) => takes(index, end)));
  const ends = new Map(events.flatMap(event => windowsOf(event).map(({ start, end }) => [start, end] as const)));
  const keys = new Set(events.map(({ key }) => key));
  const all = [...ends].flatMap(([start, end]) =>
    [...keys].map(key => ({
      key,
      start,
      end,
      events: events
        .filter((event, index) => event.key === key && start <= event.time && event.time < end && takes(index, end))
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
function naiveSessions(events: readonly Event[], { gap, grace }: Session, lateness: number): NaiveResult {
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

/** As windows that begin at every multiple of the resolution, of which those are told that end with what they took. */
function naiveSliding(events: readonly Event[], windows: Sliding, lateness: number): NaiveResult {
  const { size, resolution, grace } = windows;
  const hopping: Hopping = { kind: 'hopping', size, every: resolution, grace };
  const times = new Map(events.map(({ id, time }) => [id, time]));
  const endsWithSome = ({ end, events: taken }: NaiveWindow): boolean =>
    taken.some(id => (times.get(id) ?? NaN) >= end - resolution);
  const { closed, open, late } = naiveFixed(events, ({ time }) => hopsOf(time, hopping), grace, lateness);
  return { closed: closed.filter(endsWithSome), open: open.filter(endsWithSome), late };
}

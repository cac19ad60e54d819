/** Which windows an event time belongs to, and when they close. Pure: knows no engine, transport or wall clock. */

/** Milliseconds: a duration, or an instant since the Unix epoch; instants may be negative and need not be whole. */
export type Millis = number;

/** Windows of one size that begin at every multiple of `every`; they contain their start and not their end. */
export interface Hopping {
  readonly kind: 'tumbling' | 'hopping';
  readonly size: Millis;
  readonly every: Millis;
  /** How long after its end a window still takes what comes late. */
  readonly grace: Millis;
}

/** Windows of one key that end when nothing came for `gap`. */
export interface Session {
  readonly kind: 'session';
  readonly gap: Millis;
  readonly grace: Millis;
}

/** What a calendar is divided into. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** With which a week may begin. */
export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** Windows of the calendar in a time zone: as long as its days, weeks and months are there. */
export interface Calendar {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  /** A name of the IANA database, such as `Europe/Berlin`. */
  readonly zone: string;
  /** With which day weeks begin. */
  readonly weekStart: Weekday;
  readonly grace: Millis;
}

/** Windows of one key and size that end with each time at which something came. */
export interface Sliding {
  readonly kind: 'sliding';
  readonly size: Millis;
  /** Times are taken for the same within it: a window ends at a multiple of it. */
  readonly resolution: Millis;
  readonly grace: Millis;
}

/** Windows of every kind; made by `tumbling`, `hopping`, `sliding`, `session` and `calendar`. */
export type Windows = Hopping | Session | Calendar | Sliding;

/** Windows that cannot be. */
export class InvalidWindow extends RangeError {
  readonly code = 'INVALID_WINDOW';
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(`${what}. ${remedy}`);
    this.name = 'InvalidWindow';
    this.remedy = remedy;
  }
}

/** Over three thousand years: whatever is added to an instant of a `Date` remains an exact number. */
const longest: Millis = 1e14;
/** A hopping window is merged from panes: as many as its size has greatest common divisors with its step. */
const maxPanes = 10_000;

/** Windows that touch and do not overlap. Throws `InvalidWindow`. */
export const tumbling = ({ size, grace = 0 }: { readonly size: Millis; readonly grace?: Millis }): Hopping =>
  checked({ kind: 'tumbling', size, every: size, grace });

/** Windows that overlap: each time lies in `size / every` of them. Throws `InvalidWindow`. */
export const hopping = ({
  size,
  every,
  grace = 0,
}: {
  readonly size: Millis;
  readonly every: Millis;
  readonly grace?: Millis;
}): Hopping => checked({ kind: 'hopping', size, every, grace });

/** Windows of activity, by key: they last until nothing came for `gap`. Throws `InvalidWindow`. */
export const session = ({ gap, grace = 0 }: { readonly gap: Millis; readonly grace?: Millis }): Session =>
  checked({ kind: 'session', gap, grace });

/**
 * The last `size` as of each time at which something came, by key: the window of a value at 10:00 begins a `size` before the
 * end of that millisecond, or of that `resolution`. What comes out of order changes the windows after it, too. For each key
 * the values of size and grace are kept, folded by resolution: a coarser one bounds what a busy key holds, which are
 * `(size + grace) / resolution` accumulators at most. Throws `InvalidWindow`.
 */
export const sliding = ({
  size,
  resolution = 1,
  grace = 0,
}: {
  readonly size: Millis;
  readonly resolution?: Millis;
  readonly grace?: Millis;
}): Sliding => checked({ kind: 'sliding', size, resolution, grace });

/**
 * Days, weeks, months, quarters or years in a time zone, 23 and 25 hours included; weeks begin on Monday where
 * `weekStart` says nothing else. Throws `InvalidWindow`, also for a zone that this Node does not know.
 */
export const calendar = ({
  unit,
  zone,
  weekStart = 'monday',
  grace = 0,
}: {
  readonly unit: CalendarUnit;
  readonly zone: string;
  readonly weekStart?: Weekday;
  readonly grace?: Millis;
}): Calendar => checked({ kind: 'calendar', unit, zone, weekStart, grace });

/** The windows as they are. Throws `InvalidWindow`. */
export function checked<W extends Windows>(windows: W): W {
  const given: Windows = windows;
  requireWhole('grace', given.grace, 0);
  if (given.kind === 'session') requireWhole('gap', given.gap, 1);
  else if (given.kind === 'calendar') checkCalendar(given);
  else if (given.kind === 'sliding') checkSliding(given);
  else checkHopping(given);
  return windows;
}

function checkSliding({ size, resolution }: Sliding): void {
  requireWhole('size', size, 1);
  requireWhole('resolution', resolution, 1);
  if (size % resolution === 0) return;
  throw new InvalidWindow(
    `Sliding windows of ${size} ms cannot be divided by a resolution of ${resolution} ms`,
    'Choose a size that is a multiple of the resolution',
  );
}

function checkHopping({ size, every }: Hopping): void {
  requireWhole('size', size, 1);
  requireWhole('every', every, 1);
  if (every > size) {
    throw new InvalidWindow(
      `Windows of ${size} ms every ${every} ms leave times out`,
      'Let a window begin at least as often as it is long',
    );
  }
  const panes = size / greatestCommonDivisor(size, every);
  if (panes > maxPanes) {
    throw new InvalidWindow(
      `Windows of ${size} ms every ${every} ms consist of ${panes} panes`,
      `Choose a size that is a multiple of its step, at most ${maxPanes} times as long`,
    );
  }
}

const units: readonly string[] = ['day', 'week', 'month', 'quarter', 'year'] satisfies CalendarUnit[];
const weekdays: readonly string[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] satisfies Weekday[];

function checkCalendar({ unit, zone, weekStart }: Calendar): void {
  requireOneOf('unit', unit, units);
  requireOneOf('first weekday', weekStart, weekdays);
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidWindow(
      `There is no time zone '${zone}'`,
      "Name one of the IANA database, such as 'Europe/Berlin'",
    );
  }
}

function requireOneOf(name: string, value: string, all: readonly string[]): void {
  if (all.includes(value)) return;
  throw new InvalidWindow(`The ${name} of a calendar cannot be '${value}'`, `Give one of ${all.join(', ')}`);
}

function requireWhole(name: string, value: Millis, least: Millis): void {
  if (Number.isInteger(value) && value >= least && value <= longest) return;
  throw new InvalidWindow(
    `The ${name} of a window cannot be ${value}`,
    `Give whole milliseconds from ${least} to ${longest}`,
  );
}

export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Settings as text: what must be the same for kept windows to be usable. */
export function describeWindows(windows: Windows): string {
  if (windows.kind === 'session') return `session ${windows.gap}+${windows.grace}`;
  if (windows.kind === 'calendar') {
    const { unit, zone, weekStart, grace } = windows;
    return `calendar ${unit} ${zone}${unit === 'week' ? ` ${weekStart}` : ''}+${grace}`;
  }
  if (windows.kind === 'sliding') return `sliding ${windows.size}/${windows.resolution}+${windows.grace}`;
  return `${windows.kind} ${windows.size}/${windows.every}+${windows.grace}`;
}

const longestDays: Record<CalendarUnit, number> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 };

/** No window is longer. A zone that moves over the date line has a day more than there are in the calendar. */
export function longestOf(windows: Windows): Millis {
  if (windows.kind === 'session') return windows.gap;
  return windows.kind === 'calendar' ? (longestDays[windows.unit] + 1) * 86_400_000 : windows.size;
}

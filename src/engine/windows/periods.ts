import type { Grid } from './grid.ts';
import type { Calendar, CalendarUnit, Millis } from './spec.ts';
import { type Day, Zone } from './zone.ts';

/**
 * Windows of the calendar: each begins with the first instant of its first day, and lasts until the next one begins. Clocks
 * that go back over a midnight show the end of a day twice; the second time belongs to what has begun with that midnight.
 */
export class Periods implements Grid {
  readonly #zone: Zone;
  readonly #windows: Calendar;
  /** Windows that were asked for: nearly all records lie in the same few. */
  readonly #known: Period[] = [];
  /** Starts by the rules of another release, with what is kept: by those of this one there may be none. */
  readonly #kept = new Set<Millis>();

  constructor(windows: Calendar) {
    this.#zone = new Zone(windows.zone);
    this.#windows = windows;
  }

  paneOf(time: Millis): Millis {
    return this.#at(time).start;
  }

  lastWindowOf(time: Millis): Millis {
    return this.#at(time).start;
  }

  firstWindowOf(pane: Millis, ended: Millis): Millis {
    const { start, end } = this.#at(pane);
    return end > ended ? start : end;
  }

  next(window: Millis): Millis {
    return this.#at(window).end;
  }

  endOf(window: Millis): Millis {
    return this.#at(window).end;
  }

  panesOf(window: Millis): readonly Millis[] {
    return [window];
  }

  keep(pane: Millis): void {
    if (this.#at(pane).start === pane) return;
    this.#kept.add(pane);
    this.#known.length = 0;
  }

  #at(time: Millis): Period {
    for (const period of this.#known) if (period.start <= time && time < period.end) return period;
    const found = this.#divided(this.#find(time), time);
    this.#known.unshift(found);
    if (this.#known.length > mostKnown) this.#known.pop();
    return found;
  }

  #find(time: Millis): Period {
    const { unit, weekStart } = this.#windows;
    let day = firstDay(this.#zone.dayOf(time), unit, weekStart);
    // The midnight of clocks that go back over it has been already, whatever they show now.
    for (let after = dayAfter(day, unit); this.#zone.startOf(after) <= time; after = dayAfter(day, unit)) day = after;
    const start = this.#zone.startOf(day);
    let end = start;
    // A day that the zone has left out is none.
    for (let after = dayAfter(day, unit); end <= start; after = dayAfter(after, unit)) end = this.#zone.startOf(after);
    return { start, end };
  }

  #divided(period: Period, time: Millis): Period {
    const kept = [...this.#kept];
    const start = Math.max(period.start, ...kept.filter(at => at <= time));
    return { start, end: Math.min(period.end, ...kept.filter(at => at > time)) };
  }
}

interface Period {
  readonly start: Millis;
  readonly end: Millis;
}

const mostKnown = 16;
const day_ms = 86_400_000;
/** The numbers of weekdays, of which 0 is that of 1970-01-01. */
const weekdays = { thursday: 0, friday: 1, saturday: 2, sunday: 3, monday: 4, tuesday: 5, wednesday: 6 };
const months: Record<Exclude<CalendarUnit, 'day' | 'week'>, number> = { month: 1, quarter: 3, year: 12 };

const modulo = (a: number, b: number): number => ((a % b) + b) % b;

/** The first day of the period that a day lies in. */
function firstDay(day: Day, unit: CalendarUnit, weekStart: Calendar['weekStart']): Day {
  if (unit === 'day') return day;
  if (unit === 'week') return day - modulo(day - weekdays[weekStart], 7);
  const date = new Date(day * day_ms);
  const month = date.getUTCMonth();
  return dayOf(date.getUTCFullYear(), month - modulo(month, months[unit]));
}

/** The first day of the period after the one that begins with `first`. */
function dayAfter(first: Day, unit: CalendarUnit): Day {
  if (unit === 'day') return first + 1;
  if (unit === 'week') return first + 7;
  const date = new Date(first * day_ms);
  return dayOf(date.getUTCFullYear(), date.getUTCMonth() + months[unit]);
}

function dayOf(year: number, month: number): Day {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime() / day_ms;
}

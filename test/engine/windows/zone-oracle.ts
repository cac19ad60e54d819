/** Days of time zones by an independent library. */
import { Temporal } from 'temporal-polyfill';
import type { CalendarUnit } from '../../../src/engine/windows/spec.ts';

/** The date with which the period of a date begins. */
function firstDate(date: Temporal.PlainDate, unit: CalendarUnit): Temporal.PlainDate {
  if (unit === 'day') return date;
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  if (unit === 'year') return date.with({ month: 1, day: 1 });
  return date.with({ month: unit === 'month' ? date.month : 3 * Math.floor((date.month - 1) / 3) + 1, day: 1 });
}

const steps = {
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
} satisfies Record<CalendarUnit, Temporal.DurationLike>;

/** The starts of the periods around an instant, some before and some after it, in order; weeks begin on Monday. */
function startsAround(instant: number, unit: CalendarUnit, zone: string): number[] {
  const date = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(zone).toPlainDate();
  let first = firstDate(date, unit).subtract(steps[unit]).subtract(steps[unit]);
  const starts = new Set<number>();
  for (let n = 0; n < 7; n++) {
    starts.add(first.toZonedDateTime(zone).epochMilliseconds);
    first = first.add(steps[unit]);
  }
  return [...starts].sort((a, b) => a - b);
}

interface Period {
  readonly start: number;
  readonly end: number;
}

/** The period of an instant: from the last start up to it to the next one. */
export function periodOf(instant: number, unit: CalendarUnit, zone: string): Period {
  const asked = `${instant} ${unit} ${zone}`;
  const period = answered.get(asked) ?? found(instant, unit, zone);
  if (answered.size > 100_000) answered.clear();
  answered.set(asked, period);
  return period;
}
const answered = new Map<string, Period>();

function found(instant: number, unit: CalendarUnit, zone: string): Period {
  const starts = startsAround(instant, unit, zone);
  const start = starts.findLast(at => at <= instant) ?? NaN;
  return { start, end: starts.find(at => at > instant) ?? NaN };
}

/** When clocks were or will be put forward or back, until 2040. */
export function changesOf(zone: string): number[] {
  const changes: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  for (let next = at.getTimeZoneTransition('next'); next !== null && next.year < 2040;) {
    changes.push(next.epochMilliseconds);
    at = next;
    next = at.getTimeZoneTransition('next');
  }
  return changes;
}

/** Figures and times as people read them: pure. */

const second_ms = 1_000;
const units = [
  ['year', 365.25 * 86_400 * second_ms],
  ['month', 30.44 * 86_400 * second_ms],
  ['day', 86_400 * second_ms],
  ['h', 3_600 * second_ms],
  ['min', 60 * second_ms],
  ['s', second_ms],
] as const;

/** Units that are words have a plural; signs have none. */
const spelt = new Set<string>(['year', 'month', 'day']);

/** "3 s ago", "2 years ago": in the largest unit of which there is at least one. */
export function ago(ms: number): string {
  const [name, length] = units.find(([, unit]) => ms >= unit) ?? ['', 0];
  if (length === 0) return 'just now';
  return `${inUnits(ms, name, length)} ago`;
}

function inUnits(ms: number, name: string, length: number): string {
  const amount = Math.floor(ms / length);
  return `${amount} ${name}${amount > 1 && spelt.has(name) ? 's' : ''}`;
}

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** "100,836". */
export const count = (value: number): string => whole.format(value);

/** "101K", where there is no room for more. */
export const compact = (value: number): string =>
  Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);

/** "0.3", "12", "1,540": a rate with one digit after the point where it is small. */
export const rate = (value: number): string => (value < 10 ? (Math.round(value * 10) / 10).toString() : count(value));

/** A span of milliseconds: "9 ms", "1.3 s". */
export const span = (ms: number): string =>
  ms < second_ms ? `${Math.round(ms)} ms` : `${(ms / second_ms).toFixed(1)} s`;

/** A span that may be long: "0 s", "9 ms", "1.3 s", "5 min", "3 h", "2 years". */
export function stretch(ms: number): string {
  if (ms === 0) return '0 s';
  const [name, length] = units.find(([, unit]) => ms >= unit) ?? ['', 0];
  if (length <= second_ms) return span(ms);
  return inUnits(ms, name, length);
}

/** "1 rating", "2 ratings". */
export const many = (value: number, thing: string): string => `${count(value)} ${thing}${value === 1 ? '' : 's'}`;

/** The unknown has a dash, not a nought. */
export const orDash = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value);

const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const minuteFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const secondFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });

/** "11 Mar 2026". */
export const day = (ms: number): string => dayFormat.format(ms);

/** "11:42:07". */
export const clock = (ms: number): string => secondFormat.format(ms);

/** "11 Mar 2026, 11:00 to 12:00", or the day alone where the window is one. All in UTC, as windows are. */
export function windowRange(start: number, end: number): string {
  const isDay = end - start >= 86_400 * second_ms;
  return isDay
    ? `${day(start)}, UTC`
    : `${day(start)}, ${minuteFormat.format(start)} to ${minuteFormat.format(end)} UTC`;
}

/** "Heat (1995)" is a title and a year; what does not end so has none. */
export function titleAndYear(title: string): { readonly title: string; readonly year: string } {
  const [, name, year] = /^(.+) \((\d{4})\)$/.exec(title.trim()) ?? [];
  return name === undefined || year === undefined ? { title, year: '' } : { title: name, year };
}

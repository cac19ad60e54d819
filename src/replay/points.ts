/** Where a replay begins and ends, as people say it: the earliest record, a datetime, so long ago, or offsets. */
import { MillraceError } from '../errors.ts';
import { days, hours, type Millis, minutes, seconds } from '../stream/time.ts';
import type { Offset, TopicPartition } from '../transport/port.ts';

export type Point =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'time'; readonly time: Millis }
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<string, Offset> };

/** The text names no point. */
export class BadPoint extends MillraceError {
  readonly code = 'BAD_POINT';
}

/** A duration is counted back from `now`. @throws {BadPoint} */
export function pointOf(text: string, now: Millis): Point {
  if (text === 'earliest') return { kind: 'earliest' };
  const ago = durationOf(text);
  if (ago !== undefined) return { kind: 'time', time: now - ago };
  if (dateTime.test(text)) return { kind: 'time', time: timeOf(text) };
  return { kind: 'offsets', offsets: offsetsOf(text) };
}

export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const units = { s: seconds(1), m: minutes(1), h: hours(1), d: days(1), w: days(7) } as const;

function durationOf(text: string): Millis | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined || !isUnit(unit)) return undefined;
  return Number(count) * units[unit];
}

const isUnit = (unit: string): unit is keyof typeof units => unit in units;

const dateTime = /^\d{4}-\d{2}-\d{2}/;
/** Without a zone it would mean another moment on another machine. */
const zoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function timeOf(text: string): Millis {
  const time = zoned.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new BadPoint(
    `'${text}' is no datetime`,
    'Write a day or a moment with its zone: 2026-03-01, 2026-03-01T08:30:00Z or 2026-03-01T08:30:00+01:00',
  );
}

function offsetsOf(text: string): ReadonlyMap<string, Offset> {
  const offsets = new Map<string, Offset>();
  for (const part of text.split(',')) {
    const [, place, digits] = /^([\w.-]+\/\d+):(\d+)$/.exec(part.trim()) ?? [];
    const offset = Number(digits);
    if (place === undefined || !Number.isSafeInteger(offset) || offsets.has(place))
      throw new BadPoint(
        `'${text}' says no point in the log`,
        'Write earliest, a datetime (2026-03-01T08:30:00Z), how long ago (7d, 36h, 90m), or offsets (ratings/0:1200,ratings/1:1187)',
      );
    offsets.set(place, offset);
  }
  return offsets;
}

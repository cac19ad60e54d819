import { days, type Millis } from '../stream/time.ts';
import { TopologyTestError } from './errors.ts';

/** An instant: milliseconds since 1970, 'HH:MM' or 'HH:MM:SS' on the day of the test, or ISO 8601 with its zone. */
export type TestTime = Millis | string;

/** 1970-01-01, unless another day is meant. */
export const at = (time: TestTime, day: Millis = 0): Millis => {
  if (typeof time === 'number') return time;
  const instant = /^\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(time)
    ? startOfDay(day) + Date.parse(`1970-01-01T${time}Z`)
    : isoInstant(time);
  if (Number.isFinite(instant)) return instant;
  throw new TopologyTestError(
    `'${time}' is no time`,
    "Give '10:00', '10:00:30', '2026-11-22T10:00:00Z' or milliseconds",
  );
};

/** Without a zone it would depend on the machine. */
const isoInstant = (text: string): Millis =>
  /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;

const startOfDay = (time: Millis): Millis => Math.floor(time / days(1)) * days(1);

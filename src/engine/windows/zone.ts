/** Local time in a zone of the IANA database, as this Node knows it: `process.versions.tz`. */
import type { Millis } from './spec.ts';

/** A day of the proleptic Gregorian calendar, as the number of days since 1970-01-01. */
export type Day = number;

const day_ms = 86_400_000;

export class Zone {
  readonly #format: Intl.DateTimeFormat;

  /** The zone has to be one that this Node knows. */
  constructor(zone: string) {
    this.#format = formatOf(zone);
  }

  /** What clocks show at an instant, as the instant at which they show it in UTC. */
  localOf(instant: Millis): Millis {
    const whole = Math.floor(instant / 1_000) * 1_000;
    const fields = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    let era = '';
    for (const { type, value } of this.#format.formatToParts(whole)) {
      if (type === 'era') era = value;
      else if (isField(type)) fields[type] = Number(value);
    }
    const { year, month, day, hour, minute, second } = fields;
    // Not Date.UTC alone, which takes the years 0 to 99 for those of the twentieth century.
    const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
    local.setUTCFullYear(era === 'BC' ? 1 - year : year, month - 1, day);
    return local.getTime() + (instant - whole);
  }

  /** The day that clocks show. */
  dayOf(instant: Millis): Day {
    return Math.floor(this.localOf(instant) / day_ms);
  }

  /**
   * The first instant of a day: its midnight, the first where clocks show it twice, and where they skip it what they show
   * instead. A day that a zone has left out begins where the one after it does.
   */
  startOf(day: Day): Millis {
    const midnight = day * day_ms;
    const [early, late] = [midnight - this.#offsetAt(midnight - day_ms), midnight - this.#offsetAt(midnight + day_ms)];
    for (const candidate of early < late ? [early, late] : [late, early]) {
      if (this.localOf(candidate) === midnight) return candidate;
    }
    return this.#endOfGap(midnight, Math.min(early, late), Math.max(early, late));
  }

  #offsetAt(instant: Millis): Millis {
    return this.localOf(instant) - instant;
  }

  /** The first instant in (before, after] at which clocks show `local` or later: they leap over it somewhere in there. */
  #endOfGap(local: Millis, before: Millis, after: Millis): Millis {
    let [low, high] = [before - 1, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.localOf(middle) < local) low = middle;
      else high = middle;
    }
    return high;
  }
}

const fieldNames = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
const isField = (type: string): type is (typeof fieldNames)[number] => fieldNames.some(name => name === type);

const formatOf = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

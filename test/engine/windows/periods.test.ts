import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Periods } from '../../../src/engine/windows/periods.ts';
import { calendar, type CalendarUnit, longestOf } from '../../../src/engine/windows/spec.ts';
import { days, hours, minutes } from '../../../src/index.ts';
import { changesOf, periodOf } from './zone-oracle.ts';

const at = (text: string): number => Date.parse(text);
const periodAt = (instant: number, unit: CalendarUnit, zone: string) => {
  const periods = new Periods(calendar({ unit, zone }));
  const start = periods.paneOf(instant);
  return { start, end: periods.endOf(start) };
};
const lengthAt = (instant: number, unit: CalendarUnit, zone: string): number => {
  const { start, end } = periodAt(instant, unit, zone);
  return end - start;
};

describe('a day', () => {
  test.for([
    ['Europe/Berlin', '2026-03-29T10:00Z', hours(23), 'clocks go forward'],
    ['Europe/Berlin', '2026-10-25T10:00Z', hours(25), 'clocks go back'],
    ['Europe/Berlin', '2026-07-01T10:00Z', hours(24), 'nothing happens'],
    ['America/Sao_Paulo', '2018-11-04T12:00Z', hours(23), 'there is no midnight'],
    ['Africa/Cairo', '2023-04-28T12:00Z', hours(23), 'there is no midnight'],
    ['Australia/Lord_Howe', '2026-04-04T20:00Z', hours(24) + minutes(30), 'clocks go back by half an hour'],
    ['Asia/Kathmandu', '1985-12-31T19:00Z', hours(24) - minutes(15), 'the zone moves by a quarter of an hour'],
    ['America/St_Johns', '2010-11-06T12:00Z', hours(24), 'clocks go back over midnight, to the day that has ended'],
    ['America/St_Johns', '2010-11-07T12:00Z', hours(25), 'clocks had shown its first minute before'],
  ] as const)('in %s at %s lasts %i ms: %s', ([zone, instant, length]) => {
    expect(lengthAt(at(instant), 'day', zone)).toBe(length);
  });

  test('without a midnight begins with what clocks show instead', () => {
    expect(periodAt(at('2018-11-04T12:00Z'), 'day', 'America/Sao_Paulo').start).toBe(at('2018-11-04T03:00Z'));
  });

  test('that a zone leaves out is none: the one before it ends where the one after it begins', () => {
    expect(periodAt(at('2011-12-30T09:59:59Z'), 'day', 'Pacific/Apia').end).toBe(at('2011-12-30T10:00Z'));
    expect(periodAt(at('2011-12-30T10:00Z'), 'day', 'Pacific/Apia')).toEqual({
      start: at('2011-12-30T10:00Z'),
      end: at('2011-12-31T10:00Z'),
    });
  });

  test('has its last instant in it, and the first of the next one not', () => {
    const { start, end } = periodAt(at('2026-03-29T10:00Z'), 'day', 'Europe/Berlin');
    expect(periodAt(start, 'day', 'Europe/Berlin').start).toBe(start);
    expect(periodAt(end - 0.5, 'day', 'Europe/Berlin').start).toBe(start);
    expect(periodAt(end, 'day', 'Europe/Berlin').start).toBe(end);
    expect(periodAt(start - 0.5, 'day', 'Europe/Berlin').end).toBe(start);
  });
});

test('a week begins with the day that it is told to', () => {
  const [sunday, monday] = (['sunday', 'monday'] as const).map(weekStart => {
    const periods = new Periods(calendar({ unit: 'week', zone: 'America/New_York', weekStart }));
    return periods.paneOf(at('2026-03-11T12:00Z'));
  });
  expect(sunday).toBe(at('2026-03-08T05:00Z'));
  expect(monday).toBe(at('2026-03-09T04:00Z'));
});

test('months have the days that they have', () => {
  const february = (year: number): number => lengthAt(at(`${year}-02-10T00:00Z`), 'month', 'UTC');
  expect([2023, 2024, 1900, 2000].map(february)).toEqual([28, 29, 28, 29].map(days));
  expect(lengthAt(at('2026-03-10T00:00Z'), 'month', 'Europe/Berlin')).toBe(days(31) - hours(1));
});

test('what was begun by other rules remains a window between those of today', () => {
  const periods = new Periods(calendar({ unit: 'day', zone: 'UTC' }));
  const [midnight, noon] = [at('2026-03-10T00:00Z'), at('2026-03-10T12:00Z')];
  periods.keep(noon);
  expect([periods.paneOf(noon - 1), periods.endOf(midnight)]).toEqual([midnight, noon]);
  expect([periods.paneOf(noon + 1), periods.endOf(noon)]).toEqual([noon, at('2026-03-11T00:00Z')]);
});

const zones = Intl.supportedValuesOf('timeZone');
const units: readonly CalendarUnit[] = ['day', 'week', 'month', 'quarter', 'year'];
const instants = fc.integer({ min: at('1970-01-01T00:00Z'), max: at('2100-01-01T00:00Z') });

describe('in all time zones from 1970 to 2100', () => {
  test.for(units)('%ss are those of an independent library, and leave no time out and none twice', unit => {
    // Each zone has a turn, whatever the seed.
    fc.assert(
      fc.property(fc.array(instants, { minLength: zones.length, maxLength: zones.length }), sample => {
        zones.forEach((zone, n) => {
          const periods = new Periods(calendar({ unit, zone }));
          const instant = sample[n] ?? 0;
          const start = periods.paneOf(instant);
          const end = periods.endOf(start);
          expect({ zone, instant, start, end }).toEqual({ zone, instant, ...periodOf(instant, unit, zone) });
          expect([periods.paneOf(start), periods.paneOf(end - 1), periods.paneOf(end)]).toEqual([start, start, end]);
          expect(periods.endOf(periods.paneOf(start - 1))).toBe(start);
          expect(end - start).toBeLessThanOrEqual(longestOf(calendar({ unit, zone })));
        });
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

/** Where clocks changed at midnight or over it, by other than an hour, or by a day. */
const odd = [
  'Africa/Cairo',
  'Africa/Monrovia',
  'America/Asuncion',
  'America/Havana',
  'America/Sao_Paulo',
  'America/Scoresbysund',
  'America/St_Johns',
  'Asia/Amman',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Pyongyang',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Atlantic/Azores',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Enderbury',
  'Pacific/Kwajalein',
];

test.for(odd)('the days around each change of clocks in %s are those of an independent library', zone => {
  const periods = new Periods(calendar({ unit: 'day', zone }));
  const changes = changesOf(zone);
  expect(changes.length).toBeGreaterThan(0);
  for (const change of changes) {
    for (const distance of [hours(-30), hours(-1), -1, 0, minutes(1), hours(1), hours(30)]) {
      const instant = change + distance;
      const start = periods.paneOf(instant);
      const found = { instant, start, end: periods.endOf(start) };
      expect(found).toEqual({ instant, ...periodOf(instant, 'day', zone) });
    }
  }
});

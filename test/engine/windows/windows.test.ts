import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendar, hopping, session, sliding, tumbling, type Windows } from '../../../src/engine/windows/spec.ts';
import { days, hours } from '../../../src/index.ts';
import { Drive, type Epoch, type Setting, type Told } from './drive.ts';
import { type Event, naive, type NaiveWindow } from './naive.ts';

/** The last two sort one way by UTF-16 code units and the other way by code points. */
const keys = ['a', 'b', 'a|b', '', '\u{FF5E}', '\u{1F600}'];

const instant = (from: number, to: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: from, max: to }) },
    fc.integer({ min: 2 * from, max: 2 * to }).map(n => n / 2),
  );

const hoppings: fc.Arbitrary<Windows> = fc
  .record({
    size: fc.integer({ min: 1, max: 30 }),
    every: fc.integer({ min: 1, max: 30 }),
    grace: fc.constantFrom(0, 0, 1, 5, 20),
  })
  .map(({ size, every, grace }) => hopping({ size: Math.max(size, every), every: Math.min(size, every), grace }));
const tumblings: fc.Arbitrary<Windows> = fc
  .record({ size: fc.integer({ min: 1, max: 30 }), grace: fc.constantFrom(0, 0, 1, 5, 20) })
  .map(options => tumbling(options));
const sessions: fc.Arbitrary<Windows> = fc
  .record({ gap: fc.integer({ min: 1, max: 15 }), grace: fc.constantFrom(0, 0, 1, 5, 20) })
  .map(options => session(options));

const slidings: fc.Arbitrary<Windows> = fc
  .record({
    units: fc.integer({ min: 1, max: 20 }),
    resolution: fc.constantFrom(1, 1, 2, 5),
    grace: fc.constantFrom(0, 0, 1, 5, 20),
  })
  .map(({ units, ...rest }) => sliding({ size: units * rest.resolution, ...rest }));
const calendars: fc.Arbitrary<Windows> = fc
  .record({
    unit: fc.constantFrom('day', 'week', 'month'),
    zone: fc.constantFrom('Europe/Berlin', 'America/Sao_Paulo', 'America/St_Johns', 'Australia/Lord_Howe'),
    grace: fc.constantFrom(0, 0, 1, hours(5), days(2)),
  })
  .map(options => calendar(options));

/** Events that drift forwards and come out of order; now and then time leaps. */
const eventLists = fc
  .record({
    from: fc.constantFrom(-60, -7, 0, 3, 1_700_000_000_000),
    drift: fc.constantFrom(0, 1, 3, 6),
    /** Few keys, so that there is much to do for each. */
    some: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 3 }),
    list: fc.array(fc.record({ key: fc.nat(), jitter: instant(-25, 10), leap: fc.integer({ min: 0, max: 40 }) }), {
      maxLength: 40,
      size: 'max',
    }),
  })
  .map(({ from, drift, some, list }) => {
    let now = from;
    return list.map(({ key, jitter, leap }, id): Event => {
      now += drift + (leaps.get(leap) ?? 0);
      return { id, key: some[key % some.length] ?? '', time: now + jitter };
    });
  });
/** The same with hours for milliseconds, around a change of clocks. */
const longEventLists = fc.tuple(eventLists, fc.constantFrom('2018-11-03', '2010-11-06')).map(([events, day]) => {
  const first = events[0]?.time ?? 0;
  return events.map(event => ({ ...event, time: Date.parse(day) + hours(event.time - first) }));
});
const leaps = new Map([
  [30, 50],
  [40, 500],
]);

const mishaps = fc.constantFrom('none', 'none', 'fails first', 'fails at its end', 'crashes') satisfies fc.Arbitrary<
  Epoch['mishap']
>;

/** The events cut into epochs. */
const cut = (
  events: readonly Event[],
  cuts: readonly (Omit<Epoch, 'events' | 'clock'> & { readonly size: number; readonly wait: number })[],
): Epoch[] => {
  const epochs: Epoch[] = [];
  let clock = 1_000;
  let at = 0;
  for (const { size, wait, mishap } of cuts) {
    clock += wait;
    epochs.push({ events: events.slice(at, at + size), clock, mishap });
    at += size;
  }
  epochs.push({ events: events.slice(at), clock: clock + 1, mishap: 'none' });
  return epochs;
};
const cutLists = fc.array(
  fc.record({ size: fc.integer({ min: 0, max: 8 }), wait: fc.constantFrom(0, 1, 5, 50), mishap: mishaps }),
  { maxLength: 12, size: 'max' },
);

const lateness = fc.constantFrom(0, 0, 3, 12);

const numbers = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const asNaive = ({ key, start, end, value }: Told): NaiveWindow => ({ key, start, end, events: numbers(value) });

/** The latest result of each window that was not taken back. */
function standing(told: readonly Told[]): NaiveWindow[] {
  const latest = new Map<string, Told>();
  for (const window of told) {
    const id = JSON.stringify([window.start, window.key]);
    latest.delete(id);
    if (!window.retracted) latest.set(id, window);
  }
  return [...latest.values()].map(asNaive).sort(byPlace);
}
const byPlace = (a: NaiveWindow, b: NaiveWindow): number =>
  a.start - b.start || (a.key < b.key ? -1 : Number(a.key > b.key));

/** No result is behind the watermark that the results before it carried, and that never goes back. */
function expectInTime(told: readonly Told[]): void {
  let before = -Infinity;
  for (const { start, mark } of told) {
    expect(mark).toBeGreaterThanOrEqual(before);
    expect(start).toBeGreaterThanOrEqual(mark);
    before = mark;
  }
}

describe.for([
  ['tumbling', tumblings],
  ['hopping', hoppings],
  ['session', sessions],
  ['sliding', slidings],
  ['calendar', calendars, longEventLists],
] as const)('%s windows', ([, kinds, lists = eventLists]) => {
  const cases = fc.record({ windows: kinds, lateness, events: lists, cuts: cutLists });

  test('on close, are what their definition says, whatever the epochs, crashes and failures', () => {
    fc.assert(
      fc.property(cases, ({ windows, lateness: late, events, cuts }) => {
        const setting: Setting = { windows, emit: 'close', throttle: 0, lateness: late };
        const drive = new Drive(setting);
        drive.run(cut(events, cuts));
        const expected = naive(events, windows, late);
        expect(drive.told.map(asNaive)).toEqual(expected.closed);
        expect(numbers(drive.late)).toEqual(expected.late);
        expectInTime(drive.told);
      }),
      { numRuns: 300 },
    );
  });

  test('on update, stand after each epoch as their definition says, and each is told once an epoch at most', () => {
    fc.assert(
      fc.property(cases, ({ windows, lateness: late, events, cuts }) => {
        const drive = new Drive({ windows, emit: 'update', throttle: 0, lateness: late });
        const epochs = cut(events, cuts);
        let seen = 0;
        epochs.forEach((epoch, index) => {
          drive.run([epoch]);
          seen += epoch.events.length;
          const { closed, open } = naive(events.slice(0, seen), windows, late);
          expect(standing(drive.told)).toEqual([...closed, ...open].sort(byPlace));
          const told = drive.outcomes[index]?.told ?? [];
          expect(new Set(told.map(({ start, key }) => JSON.stringify([start, key]))).size).toBe(told.length);
        });
        expect(numbers(drive.late)).toEqual(naive(events, windows, late).late);
        expectInTime(drive.told);
      }),
      { numRuns: 100 },
    );
  });

  test('throttled, tell one epoch in so long, and in the end what their definition says', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(3, 20, 100), ({ windows, lateness: late, events, cuts }, throttle) => {
        const drive = new Drive({ windows, emit: 'update', throttle, lateness: late });
        const epochs = cut(events, cuts);
        const clock = (epochs.at(-1)?.clock ?? 0) + throttle;
        const outcomes = drive.run([...epochs, { events: [], clock, mishap: 'crashes' }]);
        const { closed, open } = naive(events, windows, late);
        expect(standing(drive.told)).toEqual([...closed, ...open].sort(byPlace));
        expectInTime(drive.told);
        const updates = [...epochs, { clock }].flatMap((epoch, index) => {
          const { told = [], onClose = 0 } = outcomes[index] ?? {};
          return told.length > onClose ? [epoch.clock] : [];
        });
        updates.slice(1).forEach((at, index) => expect(at - (updates[index] ?? 0)).toBeGreaterThanOrEqual(throttle));
      }),
      { numRuns: 300 },
    );
  });

  test('tell the very same after crashes and failed epochs as without', () => {
    const emit = fc.constantFrom('close', 'update') satisfies fc.Arbitrary<Setting['emit']>;
    fc.assert(
      fc.property(cases, emit, fc.constantFrom(0, 3, 20), ({ windows, lateness: late, events, cuts }, on, throttle) => {
        const setting: Setting = { windows, emit: on, throttle: on === 'close' ? 0 : throttle, lateness: late };
        const epochs = cut(events, cuts);
        const calm = epochs.map((epoch): Epoch => ({ ...epoch, mishap: 'none' }));
        const [wild, tame] = [new Drive(setting), new Drive(setting)];
        expect(wild.run(epochs)).toEqual(tame.run(calm));
        expect(wild.disk).toEqual(tame.disk);
      }),
      { numRuns: 300 },
    );
  });

  test('are all forgotten when they have closed', () => {
    fc.assert(
      fc.property(cases, ({ windows, lateness: late, events, cuts }) => {
        const drive = new Drive({ windows, emit: 'close', throttle: 0, lateness: late });
        const end = { id: -1, key: 'end', time: 4e12 };
        drive.run([...cut(events, cuts), { events: [end], clock: 9e9, mishap: 'fails at its end' }]);
        expect([...drive.disk.values()].map(({ value }) => value)).toEqual([[-1]]);
      }),
      { numRuns: 50 },
    );
  });
});

test('counts of tumbling windows and late events are together all events', () => {
  fc.assert(
    fc.property(tumblings, lateness, eventLists, (windows, late, events) => {
      const drive = new Drive({ windows, emit: 'update', throttle: 0, lateness: late });
      drive.run(cut(events, []));
      const counted = standing(drive.told).reduce((sum, window) => sum + window.events.length, 0);
      expect(counted + drive.late.length).toBe(events.length);
    }),
  );
});

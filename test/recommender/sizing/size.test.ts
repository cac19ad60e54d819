/** What `millrace size` reckons, beside what was measured: shops that no plane goes through, and a model a hundred times as large. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../../bench/support/shape.ts';
import { livePlanes, shopPlanes, tableOf } from '../../../scripts/figures/planes.ts';
import { readResults } from '../../../scripts/figures/read.ts';
import { valueOf } from '../../../src/recommender/sizing/figure.ts';
import { measured } from '../../../src/recommender/sizing/measured.ts';
import { size } from '../../../src/recommender/sizing/size.ts';

const results = await readResults(join(import.meta.dirname, '../../../bench/results'));

/** How far a prediction may be from a shop that was measured and not fitted to; docs/OPERATIONS.md states it. */
const tolerance = 0.25;
function things(row: Table['rows'][number]): Record<string, number> {
  const of = (name: string): number => Number(row[name]);
  return {
    users: of('users'),
    items: of('items'),
    ratings: of('ratings'),
    values: (of('users') + of('items')) * of('factors'),
  };
}

describe('a shop that was measured and not fitted to', () => {
  const rows = tableOf(results, 'sizing').rows.filter(({ use }) => use === 'held out');

  test('there is one', () => {
    expect(rows.length).toBeGreaterThan(0);
  });

  test.each([
    ['modelCheckpoint', measured.modelCheckpoint],
    ['engine', measured.engine],
    ['server', measured.server],
    ['state', measured.state],
    ['documents', measured.documents],
    ['snapshots', measured.snapshots],
    ['again_s', measured.again_s],
  ])('has the bytes that were reckoned, within a quarter: %s', (name, plane) => {
    for (const row of rows) {
      const share = valueOf(plane, things(row)) / Number(row[name]);
      expect(Math.abs(share - 1)).toBeLessThan(tolerance);
    }
  });
});

describe('an open shop that was measured and not fitted to', () => {
  const rows = tableOf(results, 'sizing-live').rows.filter(({ use }) => use === 'held out');

  test.each([
    ['request units', measured.requestUnits],
    ['records', measured.records],
    ['bytes', measured.bytes],
  ])('has the %s that were reckoned, within 36 %', (name, plane) => {
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const [seconds, count, versions, users, every] = ['seconds', 'count', 'versions', 'users', 'everyVersions'].map(
        of => Number(row[of]),
      );
      const events = row['what'] === 'seconds without any' ? 0 : (count ?? NaN);
      const lists = ((versions ?? NaN) * (users ?? NaN)) / (every ?? NaN);
      const share = valueOf(plane, { seconds: seconds ?? NaN, events, lists }) / Number(row[name]);
      expect(Math.abs(share - 1)).toBeLessThan(0.36);
    }
  });
});

test('what is reckoned with is what was measured', () => {
  for (const [name, { coefficients }] of [...shopPlanes(results), ...livePlanes(results)])
    expect(Reflect.get(measured, name)).toMatchObject({ coefficients });
});

describe('a model of ten and twenty million ratings, measured by another benchmark', () => {
  const rows = tableOf(results, 'als-growth').rows.filter(({ ratings }) => Number(ratings) >= 1e7);

  test('takes what is reckoned by rating, within a quarter', () => {
    expect(rows).toHaveLength(2);
    // A process of Node without anything, which is in what was measured.
    const empty = 0.2 * 2 ** 30;
    for (const row of rows) {
      const share =
        (Number(row['ratings']) * measured.rating_bytes.value) / (Number(row['GiB loaded']) * 2 ** 30 - empty);
      expect(Math.abs(share - 1)).toBeLessThan(tolerance);
    }
  });

  test('fits into the engine that is reckoned, which is not twice as large', () => {
    for (const row of rows) {
      const engine =
        valueOf(measured.engine, things({ ...row, factors: 64 })) / (Number(row['GiB in the end']) * 2 ** 30);
      expect(engine).toBeGreaterThan(1);
      expect(engine).toBeLessThan(2);
    }
  });
});

const figure = (load: Parameters<typeof size>[0], name: string): number => {
  const found = size(load).figures.find(one => one.name === name);
  if (found === undefined) throw new Error(`There is no figure '${name}'`);
  return found.value;
};

describe('what is needed', () => {
  test('each figure is a number above nothing, and says where it comes from', () => {
    for (const { name, value, from, safety } of size({}).figures) {
      expect([name, Number.isFinite(value) && value > 0]).toEqual([name, true]);
      expect([name, from.length > 0, safety >= 1]).toEqual([name, true, true]);
    }
  });

  test.each(['engineMemory', 'serverMemory', 'engineDisk', 'documentBytes', 'recommendationsBytes'])(
    '%s grows with the users',
    name => {
      expect(figure({ users: 1e6 }, name)).toBeGreaterThan(figure({ users: 1e4 }, name));
    },
  );

  test.each(['throughputUnits', 'engineCores', 'requestUnitsPeak', 'logBytes', 'logRecordsPerSecond'])(
    '%s grows with the ratings that come',
    name => {
      expect(figure({ ratingsPerSecond: 1_000 }, name)).toBeGreaterThan(figure({ ratingsPerSecond: 1 }, name));
    },
  );

  test.each(['engineDisk', 'snapshotBytes'])('%s has room for the ids of the events of a day', name => {
    const [slow, fast] = [1, 101].map(ratingsPerSecond => figure({ ratingsPerSecond }, name));
    const ids = 100 * 86_400;
    expect(((fast ?? NaN) - (slow ?? NaN)) / ids).toBeGreaterThan(100);
    expect(figure({ ordersPerSecond: 100 }, name)).toBeGreaterThan(slow ?? NaN);
  });

  test('never is there one process of a role alone, nor fewer partitions than four', () => {
    const least = { ratingsPerSecond: 0, requestsPerSecond: 0, users: 1, items: 1 };
    expect(['engineProcesses', 'serverProcesses', 'partitions'].map(name => figure(least, name))).toEqual([2, 2, 4]);
  });

  test('a peak is never below the mean', () => {
    expect(size({ ratingsPerSecond: 100, peakRatingsPerSecond: 1 }).load.peakRatingsPerSecond).toBe(100);
  });

  test('a server holds no more users and items than it may, however large the shop', () => {
    const large = { users: 1e7, items: 1e7, ratings: 1e6 };
    expect(figure(large, 'serverMemory')).toBe(figure({ ...large, users: 1e6, items: 1e6 }, 'serverMemory'));
  });

  test('a shop far beyond what was measured is told so', () => {
    expect(size({ users: 1e8 }).notes.join()).toMatch(/users are \d+ times as many as were measured/);
    expect(size({ users: 1_000, items: 1_000 }).notes.join()).not.toMatch(/as were measured/);
  });

  test('where lists that come round cost the most, it says how many versions are enough', () => {
    expect(size({ users: 1e6, ratingsPerSecond: 100 }).notes.join()).toMatch(/lists\.everyVersions \d+/);
    const daily = { users: 1e6, ratingsPerSecond: 100, everyVersions: 1_000_000 };
    expect(figure(daily, 'requestUnitsPeak')).toBeLessThan(
      figure({ ...daily, everyVersions: 64 }, 'requestUnitsPeak') / 10,
    );
  });

  test('what is no load is refused', () => {
    expect(() => size({ users: -1 })).toThrow(/users/);
    expect(() => size({ factors: 129 })).toThrow(/factors/);
  });
});

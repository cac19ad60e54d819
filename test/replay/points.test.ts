import { expect, test } from 'vitest';
import { BadPoint, pointOf } from '../../src/replay/points.ts';

const now = Date.UTC(2026, 2, 10, 12);

test.each([
  ['earliest', { kind: 'earliest' }],
  ['2026-03-01', { kind: 'time', time: Date.UTC(2026, 2, 1) }],
  ['2026-03-01T08:30Z', { kind: 'time', time: Date.UTC(2026, 2, 1, 8, 30) }],
  ['2026-03-01T08:30:05.250+01:00', { kind: 'time', time: Date.UTC(2026, 2, 1, 7, 30, 5, 250) }],
  ['7d', { kind: 'time', time: now - 7 * 86_400_000 }],
  ['36h', { kind: 'time', time: now - 36 * 3_600_000 }],
  ['1.5h', { kind: 'time', time: now - 5_400_000 }],
  ['90m', { kind: 'time', time: now - 5_400_000 }],
  ['ratings/0:12', { kind: 'offsets', offsets: new Map([['ratings/0', 12]]) }],
  [
    'ratings/0:12, b.items/3:0',
    {
      kind: 'offsets',
      offsets: new Map([
        ['ratings/0', 12],
        ['b.items/3', 0],
      ]),
    },
  ],
])('%s is a point', (text, point) => {
  expect(pointOf(text, now)).toEqual(point);
});

test.each([
  '',
  'yesterday',
  '7 days',
  '-7d',
  '2026-03-01T08:30',
  '2026-13-01',
  '2026-03-01 08:30',
  'ratings:12',
  'ratings/0:-1',
  'ratings/0:1,ratings/0:2',
  'ratings/0:99999999999999999999',
])("'%s' is none", text => {
  expect(() => pointOf(text, now)).toThrow(BadPoint);
});

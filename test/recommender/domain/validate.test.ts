import { describe, expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { invalidItem, invalidRating, maxIdLength } from '../../../src/recommender/domain/validate.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const sound: Rating = {
  eventId: 'e1',
  tenant: '',
  userId: 'u1',
  sessionId: '',
  itemId: 'i1',
  kind: 'rating',
  value: 4.5,
  time: now,
};

describe('a sound event', () => {
  test.for([
    ['a rating', {}],
    ['the least stars', { value: 0.5 }],
    ['the deletion of a rating', { value: 0 }],
    ['an order of three', { kind: 'order', value: 3 }],
    ['a view', { kind: 'view', value: 1 }],
    ['a return', { kind: 'return', value: 1 }],
    ['an anonymous view', { kind: 'view', value: 1, userId: '', sessionId: 's1' }],
    ['an alias', { kind: 'alias', value: 0, sessionId: 's1', itemId: '' }],
    ['an erasure', { kind: 'erase', value: 0, itemId: '' }],
    ['a rating of 1996', { time: Date.UTC(1996, 2, 29) }],
    ['a clock a little ahead', { time: now + day }],
    ['an id with markup and a comma', { userId: '<b>,"u"' }],
  ] satisfies [string, Partial<Rating>][])('%s', ([, change]) => {
    expect(invalidRating({ ...sound, ...change }, now)).toBeUndefined();
  });
});

describe('an event that does not count', () => {
  test.for([
    ['no event id', { eventId: '' }, 'eventId is missing'],
    ['no user', { userId: '' }, 'userId is missing'],
    ['no item', { itemId: '' }, 'itemId is missing'],
    ['an id of 10 kB', { userId: 'x'.repeat(10_240) }, `userId has 10240 characters, ${maxIdLength} are allowed`],
    ['an id with a line break', { itemId: 'a\nb' }, 'itemId holds control characters'],
    ['half a surrogate pair', { itemId: '\ud83d' }, 'itemId is not well-formed Unicode'],
    ['NaN stars', { value: NaN }, 'value NaN is not a finite number'],
    ['infinite stars', { value: -Infinity }, 'value -Infinity is not a finite number'],
    ['six stars', { value: 6 }, 'is not on the scale'],
    ['a quarter of a star', { value: 0.25 }, 'is not on the scale'],
    ['a third of a star', { value: 3.3 }, 'is not on the scale'],
    ['half an order', { kind: 'order', value: 0.5 }, 'is not a quantity'],
    ['an order of nothing', { kind: 'order', value: 0 }, 'is not a quantity'],
    ['a view of five', { kind: 'view', value: 5 }, 'of kind view is not 1'],
    ['an alias without a session', { kind: 'alias', value: 0, itemId: '' }, 'sessionId is missing'],
    ['an erasure with a value', { kind: 'erase', value: 1, itemId: '' }, 'of kind erase is not 0'],
    ['an erasure of one item', { kind: 'erase', value: 0 }, 'itemId of an event of kind erase is not empty'],
    ['1970', { time: 0 }, 'time 1970-01-01T00:00:00.000Z lies before'],
    ['2100', { time: Date.UTC(2100, 0, 1) }, 'lies more than a day after its arrival'],
    ['a time that no calendar has', { time: 9e15 }, 'lies more than a day after its arrival'],
  ] satisfies [string, Partial<Rating>, string][])('%s', ([, change, reason]) => {
    expect(invalidRating({ ...sound, ...change }, now)).toContain(reason);
  });
});

const item = { itemId: 'i1', tenant: '', title: 'A title', genres: ['Drama'], tags: [], available: true, time: now };

test('a title with markup is text like any other', () => {
  expect(invalidItem({ ...item, title: '<script>alert(1)</script>' }, now)).toBeUndefined();
});

test.for([
  ['no id', { itemId: '' }, 'itemId is missing'],
  ['no title', { title: '' }, 'title is empty'],
  ['an endless title', { title: 'x'.repeat(1_001) }, 'title has 1001 characters'],
  ['an empty genre', { genres: [''] }, 'genres is empty'],
  ['very many tags', { tags: Array.from({ length: 101 }, String) }, '101 tags are more than 100'],
] as const)('an item that does not count: %s', ([, change, reason]) => {
  expect(invalidItem({ ...item, ...change }, now)).toContain(reason);
});

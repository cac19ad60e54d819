import { expect, test } from 'vitest';
import { table } from '../../src/cli/output.ts';

test('a table has columns as wide as they must be, numbers to the right', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['a', 1],
        ['long name', 200],
      ],
    ),
  ).toBe('name         n\na            1\nlong name  200');
});

test('a table shows null as a dash and rounds fractions', () => {
  expect(table(['a', 'b'], [[null, 0.123456]])).toBe('a       b\n-  0.1235');
});

test('a table never sends what could steer a terminal', () => {
  expect(table(['reason'], [['\u001b[31mred\nline']])).toBe('reason\n\\u001b[31mred\\nline');
});

test.each([
  ['\u009b31m', '\\u009b31m', 'a control character of one byte'],
  ['\u007f', '\\u007f', 'a deletion'],
  ['admin\u202enna', 'admin\\u202enna', 'an override of the direction'],
  ['a\u2066b', 'a\\u2066b', 'an isolate of the direction'],
])('a table never sends what could make one text look like another: %j', (text, shown) => {
  expect(table(['key'], [[text]]).split('\n')[1]).toBe(shown);
});

test('a table leaves what people write as it is', () => {
  const text = 'Amélie 千と千尋 👨‍👩‍👧 \\ "x"';
  expect(table(['title'], [[text]]).split('\n')[1]).toBe(text);
});

test('a table cuts a cell that would fill the screen', () => {
  expect(table(['reason'], [['x'.repeat(500)]]).split('\n')[1]).toHaveLength(100);
});

/** Settings that nobody may see. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '../../src/app/config-settings.ts';
import { isSecret, secret, shown, urlWithKey } from '../../src/app/secret.ts';
import { flagsFor } from '../../src/cli/flags.ts';

const plain = z.string().min(8).describe('A name.');
const marked = secret(z.string().min(8).describe('A key.'));

test('a secret is shown as stars, whatever is made of its schema, and one that is not given as nothing', () => {
  const made = [
    marked,
    marked.optional(),
    marked.default('x'.repeat(8)),
    secret(plain.optional()),
    marked.describe('B'),
  ];
  for (const schema of made) {
    expect(shown(schema, 'a key of mine')).toBe('***');
    expect(shown(schema, undefined)).toBeUndefined();
  }
  expect(shown(plain, 'a name')).toBe('a name');
});

test('of a URL that may hold a key is shown where it leads', () => {
  const schema = urlWithKey(z.url()).optional();
  expect(shown(schema, 'https://a.example/box?sv=1&sig=abc#x')).toBe('https://a.example/box?***');
  expect(shown(schema, 'https://me:abc@a.example/box')).toBe('https://***@a.example/box');
  expect(shown(schema, 'https://a.example/box')).toBe('https://a.example/box');
});

test('a mark changes neither what a setting takes nor what is said of it', () => {
  expect(marked.description).toBe('A key.');
  expect(marked.safeParse('short').success).toBe(false);
  expect(isSecret(plain)).toBe(false);
});

test('no flag sets a secret, and none has a default', () => {
  for (const { path, schema } of settings.filter(setting => isSecret(setting.schema))) {
    expect(flagsFor(path)).toEqual([]);
    expect([undefined, []]).toContainEqual(schema.safeParse(undefined).data); // of a list: none
  }
});

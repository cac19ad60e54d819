import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTenant, plainOf, scoped, tenantOf } from '../../../src/recommender/domain/tenant.ts';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => !/\p{Cc}/u.test(text));
const tenant = fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/));

test('a scoped id says whose it is and which, and no two pairs have the same', () => {
  fc.assert(
    fc.property(tenant, id, tenant, id, (a, x, b, y) => {
      expect([tenantOf(scoped(a, x)), plainOf(scoped(a, x))]).toEqual([a, x]);
      expect(scoped(a, x) === scoped(b, y)).toBe(a === b && x === y);
    }),
  );
});

test('without a tenant an id is itself, to the last bit', () => {
  fc.assert(
    fc.property(id, x => {
      expect(scoped('', x)).toBe(x);
    }),
  );
});

test.for([
  ['', true],
  ['a', true],
  ['north-2', true],
  ['x'.repeat(63), true],
  ['x'.repeat(64), false],
  ['-a', false],
  ['a-', false],
  ['North', false],
  ['a b', false],
  ['a\u001fb', false],
  ['a\nb', false],
  ['a\n', false],
  ['é', false],
] as const)('%j may name a tenant: %s', ([name, is]) => expect(isTenant(name)).toBe(is));

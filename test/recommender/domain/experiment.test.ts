import { describe, expect, test } from 'vitest';
import { inCandidate } from '../../../src/recommender/domain/experiment.ts';
import { hash } from '../../../src/recommender/domain/hash.ts';

const users = Array.from({ length: 20_000 }, (_, n) => `u${n}`);
const armOf = (generation: number, share: number): Set<string> =>
  new Set(users.filter(user => inCandidate(user, generation, share)));

test.for([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
] as const)('the hash of "%s" is the one that its authors publish', ([text, expected]) => {
  expect(hash(text)).toBe(expected);
});

describe('the arm of the candidate', () => {
  test.for([0.05, 0.5, 0.9])('has its share of %f of the users, within four standard deviations', share => {
    const deviation = Math.sqrt((share * (1 - share)) / users.length);
    expect(Math.abs(armOf(2, share).size / users.length - share)).toBeLessThan(4 * deviation);
  });

  test('is empty at a share of 0 and everybody at 1', () => {
    expect(armOf(2, 0).size).toBe(0);
    expect(armOf(2, 1).size).toBe(users.length);
  });

  test('grows with its share: nobody changes sides but who joins', () => {
    const large = armOf(2, 0.5);
    expect([...armOf(2, 0.2)].filter(user => !large.has(user))).toEqual([]);
  });

  test('is another draw of users for each generation', () => {
    const other = armOf(3, 0.5);
    const both = [...armOf(2, 0.5)].filter(user => other.has(user)).length / users.length;
    expect(Math.abs(both - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / users.length));
  });
});

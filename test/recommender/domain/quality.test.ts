import { describe, expect, test } from 'vitest';
import { type ItemExposure, sampleOf } from '../../../src/recommender/domain/exposure-sample.ts';
import {
  type Exposure,
  type Judged,
  mergedQuality,
  type TaskQuality,
} from '../../../src/recommender/domain/quality.ts';
import { Random } from '../../support/random.ts';

const places = (...found: readonly number[]): number[] =>
  Array.from({ length: 10 }, (_, place) => found.filter(at => at === place + 1).length);
const judged = (events: number, ...found: readonly number[]): Judged => ({ events, places: places(...found) });
const noLists: Exposure = { users: 0, items: 0, events: 0, halvings: 0, counts: [] };

const told = (change: Partial<TaskQuality>): TaskQuality => ({
  task: 'recommend/0',
  generation: 1,
  number: 1,
  time: 0,
  judged: [],
  exposure: noLists,
  ...change,
});

const listed = (...counts: readonly (readonly [itemId: string, exposures: number, events?: number])[]) =>
  counts.map(([itemId, exposures, events = 1]): ItemExposure => ({ itemId, exposures, events }));

describe('judged events', () => {
  test('that were found at the first and the third place of four', () => {
    const live = judged(4, 1, 3);
    const quality = mergedQuality([
      told({ judged: [{ policy: 'live', generation: 1, all: live, warm: judged(2, 1) }] }),
    ]);
    expect(quality?.all).toEqual({
      events: 4,
      hitRate10: 0.5,
      ndcg10: (1 + 0.5) / 4,
      reciprocalRank10: (1 + 1 / 3) / 4,
    });
    expect(quality?.warm).toEqual({ events: 2, hitRate10: 0.5, ndcg10: 0.5, reciprocalRank10: 0.5 });
  });

  test('add up over tasks, each policy and generation by itself', () => {
    const of = (policy: 'live' | 'candidate' | 'fallback', generation: number, all: Judged) => ({
      policy,
      generation,
      all,
      warm: judged(0),
    });
    const quality = mergedQuality([
      told({ task: 'recommend/0', number: 7, judged: [of('live', 1, judged(3, 1)), of('fallback', 1, judged(2))] }),
      told({ task: 'recommend/1', number: 9, judged: [of('candidate', 2, judged(1, 2)), of('live', 1, judged(1, 1))] }),
    ]);
    expect(quality).toMatchObject({ tasks: 2, number: 9, all: { events: 7, hitRate10: 3 / 7 } });
    expect(
      quality?.policies.map(({ policy, generation, all }) => [policy, generation, all.events, all.hitRate10]),
    ).toEqual([
      ['live', 1, 4, 0.5],
      ['candidate', 2, 1, 1],
      ['fallback', 1, 2, 0],
    ]);
  });

  test('are no figure where there is none', () => {
    expect(mergedQuality([])).toBeUndefined();
    const none = { events: 0, hitRate10: null, ndcg10: null, reciprocalRank10: null };
    expect(mergedQuality([told({})])).toMatchObject({ all: none, warm: none, policies: [] });
  });
});

describe('what lists hold', () => {
  const of = (items: number, ...counts: readonly ItemExposure[]) =>
    mergedQuality([told({ exposure: { users: 1, items, events: 16, ...sampleOf(counts) } })])?.exposure;

  test('lists that hold every item alike cover all of them, with a Gini coefficient of 0', () => {
    expect(of(4, ...listed(['a', 5], ['b', 5], ['c', 5], ['d', 5]))).toMatchObject({
      coverage10: 1,
      gini: 0,
      sampled: 1,
    });
  });

  test('lists of one and the same item leave the others out', () => {
    expect(of(4, ...listed(['a', 20]))).toMatchObject({ covered: 1, coverage10: 0.25, gini: 0.75 });
  });

  test('an item that had half of all events is no news, one that had a sixteenth is worth four bits', () => {
    expect(of(4, ...listed(['a', 1, 8]))?.novelty_bits).toBe(1);
    expect(of(4, ...listed(['a', 1, 1]))?.novelty_bits).toBe(4);
    expect(of(4, ...listed(['a', 1, 8], ['b', 3, 1]))?.novelty_bits).toBe((1 + 3 * 4) / 4);
  });

  test('no lists have no such figures', () => {
    expect(of(0)).toMatchObject({ coverage10: null, novelty_bits: null, gini: null });
  });

  test('tasks together tell what one task would have told of all their lists', () => {
    const random = new Random(11);
    const counts = Array.from({ length: 300 }, (_, n): ItemExposure => ({
      itemId: `i${n}`,
      exposures: 1 + random.below(50),
      events: 1 + random.below(9),
    }));
    const parts = counts.map(count => {
      const first = random.below(count.exposures + 1);
      return [first, count.exposures - first] as const;
    });
    const share = (task: 0 | 1) =>
      counts.flatMap((count, at) => {
        const exposures = parts[at]?.[task] ?? 0;
        return exposures === 0 ? [] : [{ ...count, exposures }];
      });
    const base = { items: 500, events: 2_000 };
    const together = mergedQuality(
      [share(0), share(1)].map((part, n) =>
        told({ task: `recommend/${n}`, exposure: { users: 40, ...base, ...sampleOf(part) } }),
      ),
    );
    const alone = mergedQuality([told({ exposure: { users: 80, ...base, ...sampleOf(counts) } })]);
    expect(together?.exposure).toEqual(alone?.exposure);
  });

  test('of more items than a sample names, a sample tells nearly the same', () => {
    const random = new Random(12);
    const counts = Array.from({ length: 20_000 }, (_, n): ItemExposure => ({
      itemId: `item-${n}`,
      exposures: 1 + Math.floor(100 * random.unit() ** 4),
      events: 1 + random.below(100),
    }));
    const upTo = (most: number) =>
      mergedQuality([told({ exposure: { users: 1, items: 40_000, events: 1e6, ...sampleOf(counts, most) } })])
        ?.exposure;
    const [exact, sampled] = [upTo(Infinity), upTo(4_096)];
    expect(exact?.sampled).toBe(1);
    expect(sampled?.sampled).toBeLessThanOrEqual(0.25);
    for (const figure of ['coverage10', 'gini', 'novelty_bits'] as const)
      expect(Math.abs((sampled?.[figure] ?? NaN) / (exact?.[figure] ?? NaN) - 1)).toBeLessThan(0.08);
  });
});

import { describe, expect, test } from 'vitest';
import type { Experiment, ModelQuality, Why } from '../../../src/recommender/api/client/client.ts';
import { differenceWords, policyRows } from '../../../src/recommender/web/dashboard/experiment-words.ts';
import {
  generationWords,
  hitsPlot,
  hitsSummary,
  qualityFigures,
} from '../../../src/recommender/web/dashboard/quality-words.ts';
import {
  alikeTitle,
  contributionOf,
  didOf,
  othersOf,
  whySummary,
} from '../../../src/recommender/web/dashboard/why-words.ts';

const at = '2026-03-11T00:00:00.000Z';
const film = (itemId: string, contribution: number): Why['contributions'][number] => {
  return { itemId, title: itemId, genres: [], contribution, events: [{ kind: 'rating', value: 4.5, at }] };
};

describe('why', () => {
  test('what was done is told by kind, with its value', () => {
    const events = [
      { kind: 'rating', value: 4.5, at },
      { kind: 'order', value: 2, at },
      { kind: 'view', value: 1, at },
      { kind: 'return', value: 1, at },
    ] as const;
    expect(didOf([...events])).toBe('4.5 stars, ordered 2, viewed, returned 1');
  });

  test('what is listed and what is not comes to the sum', () => {
    const contributions = [film('a', 0.5), film('b', -0.1)];
    expect(whySummary({ sum: 0.4, count: 2, contributions })).toBe('Everything that was done comes to 0.400.');
    expect(whySummary({ sum: 0.43, count: 5, contributions })).toBe(
      'Everything that was done comes to 0.430; 3 other films add +0.030.',
    );
    expect(contributionOf(-0.1234)).toBe('−0.123');
  });

  test('without a vector it is what everybody does', () => {
    const none = { ratings: null, liked: null };
    expect(othersOf({ reason: 'trending', others: { ...none, ratings: 9 } })).toBe('9 ratings in the newest window.');
    expect(othersOf({ reason: 'popular', others: { ...none, liked: 1_200 } })).toBe('1,200 users liked it.');
    expect(othersOf({ reason: 'popular', others: none })).toBe('Few have rated it so far.');
    expect([alikeTitle({ likeness: 'events' }), alikeTitle({ likeness: 'description' })]).toEqual([
      'Films like it:',
      expect.stringContaining('by genres and tags alone'),
    ]);
    expect(othersOf({ reason: 'personal', others: none })).toMatch(/not known of this generation/);
  });
});

const judged = (events: number, rate: number | null) => ({
  events,
  hitRate10: rate,
  ndcg10: rate,
  reciprocalRank10: rate,
});
const quality: ModelQuality = {
  modelVersion: '3.9',
  generation: { number: 3, cause: 'drift', trainedAt: at, ageMs: 7_200_000, shadowGap: 0.004 },
  counts: { users: 4, items: 4 },
  predicted: { all: { events: 8, rmse: 1 }, warm: { events: 4, rmse: 0.5 } },
  lists: {
    all: judged(8, 0.125),
    warm: judged(2, 0.5),
    hitRates: { all: [0.1, 0.125], warm: [0.2, 0.5] },
    policies: [],
  },
  held: { users: 4, items: 4, covered: 2, coverage10: 0.5, noveltyBits: 2.25, gini: 0.75, sampled: 1 },
};

describe('the quality of the model', () => {
  test('is told with all and warm apart, and with a dash where it is not known', () => {
    const shown = (of: ModelQuality) => qualityFigures(of).map(({ name, value }) => `${name} ${value}`);
    expect(shown(quality)).toEqual([
      'RMSE, warm 0.500',
      'RMSE, all 1.000',
      'Hits in 10, warm 50.0 %',
      'Hits in 10, all 12.5 %',
      'nDCG@10, warm 0.500',
      'nDCG@10, all 0.125',
      'Coverage 50.0 %',
      'Novelty 2.3 bits',
      'Gini 0.750',
      'Shadow gap 0.4 %',
    ]);
    const nothing = shown({
      ...quality,
      lists: null,
      held: null,
      generation: { ...quality.generation, shadowGap: null },
    });
    expect(nothing.slice(2).every(line => line.endsWith(' –'))).toBe(true);
    expect(generationWords(quality.generation)).toBe('generation 3 · drift · 2 h old');
    expect(generationWords({ ...quality.generation, cause: '', ageMs: null })).toBe('generation 3');
  });

  test('is drawn by places, and told in a sentence', () => {
    const plot = hitsPlot({ all: [0.1, 0.2], warm: null });
    expect(plot.x.values).toEqual([1, 2]);
    expect(plot.series.map(({ values }) => values)).toEqual([
      [null, null],
      [10, 20],
    ]);
    expect(hitsSummary(quality)).toBe('Of 8 events 12.5 % were within ten places, 50.0 % of warm ones.');
  });
});

describe('an experiment', () => {
  const of = (shown: number, followed: number) => ({ shown, followed });
  const arm = (policy: string, share: number, shown: number, followed: number): Experiment['arms'][number] => ({
    policy,
    generation: 3,
    share,
    quality: { all: judged(8, 0.2), warm: judged(2, 0.5) },
    predicted: { all: { events: 4, rmse: 0.9 }, warm: { events: 2, rmse: 0.8 } },
    lists: of(shown, followed),
    items: of(shown * 10, followed),
    users: of(shown, followed),
    userShare: shown === 0 ? null : followed / shown,
    userShareInterval: shown === 0 ? null : { low: 0.1, high: 0.6 },
  });
  const running: Experiment = {
    isRunning: true,
    since: at,
    withinHours: 24,
    arms: [arm('live', 0.75, 4, 1), arm('candidate', 0.25, 0, 0)],
    fallbacks: [{ policy: 'trending', lists: of(3, 1), items: of(30, 1), users: of(2, 1) }],
    difference: null,
  };

  test('names both arms, also one that nobody has seen, and beside them what no arm made', () => {
    expect(policyRows(running)).toMatchObject([
      {
        policy: 'live',
        share: '75.0 %',
        lists: 4,
        users: 4,
        followed: 0.25,
        interval: '10.0 % to 60.0 %',
        ndcg10: 0.2,
        rmse: 0.9,
      },
      { policy: 'candidate', share: '25.0 %', lists: 0, followed: null, interval: '' },
      { policy: 'trending', share: '', lists: 3, followed: 0.5, ndcg10: null, rmse: null },
    ]);
    const over = policyRows({ ...running, isRunning: false, arms: [arm('live', 1, 4, 1)], fallbacks: [] });
    expect(over).toMatchObject([{ policy: 'live', share: '', interval: '' }]);
  });

  test('is decided only where the interval says so', () => {
    expect(differenceWords(null)).toMatch(/no users to compare/);
    expect(differenceWords({ estimate: 0.05, low: -0.01, high: 0.11 })).toBe(
      'Undecided: users who followed, candidate less live, +5.0 points, from −1.0 to +11.0 at 95 %.',
    );
    expect(differenceWords({ estimate: 0.05, low: 0.01, high: 0.11 })).toMatch(/^The candidate is ahead/);
    expect(differenceWords({ estimate: -0.05, low: -0.09, high: -0.01 })).toMatch(/^The candidate is behind/);
  });
});

import { describe, expect, test } from 'vitest';
import { UnreadableEvent } from '../../../src/recommender/api/client/errors.ts';
import { listNewsOf, sampleOf } from '../../../src/recommender/api/client/live.ts';
import { rowsOf } from '../../../src/recommender/web/components/plot.ts';
import {
  daysPlot,
  errorPlot,
  errorSummary,
  eventsPlot,
  figuresOf,
  withModel,
  withSample,
} from '../../../src/recommender/web/dashboard/live-figures.ts';

const told = {
  at: '2026-03-11T12:00:00.000Z',
  eventsPerSecond: 1.25,
  records: 100_900,
  lag: 3,
  lagMs: 5_400_000,
  tasks: [
    { task: 'train/0', behind: 3, behindMs: 5_400_000 },
    { task: 'intake/0', behind: 0, behindMs: null },
  ],
  epochs: 812,
  deadLetters: 0,
  waiting: null,
  freshness: { p50: 21, p99: 48, count: 900 },
  model: { version: '1.7', records: 100_836, rmse: 0.9123, recentRmse: 0.8764 },
};
const sample = sampleOf(JSON.stringify(told));

describe('a sample', () => {
  test('is read as it was sent, its time as a number', () => {
    expect(sample).toEqual({ ...told, at: Date.UTC(2026, 2, 11, 12) });
  });

  test('of a process without an engine tells what it cannot know by null', () => {
    const poor = { ...told, epochs: null, deadLetters: null, freshness: null, model: null };
    expect(sampleOf(JSON.stringify(poor))).toMatchObject({ epochs: null, freshness: null, model: null });
  });

  test.for([
    '',
    '{',
    '[]',
    'null',
    '{"at":1}',
    JSON.stringify({ ...told, lag: '3' }),
    JSON.stringify({ ...told, tasks: {} }),
    JSON.stringify({ ...told, tasks: [1] }),
  ])('that reads %s is refused, and says why', text => {
    expect(() => sampleOf(text)).toThrow(UnreadableEvent);
  });
});

test('news of a list name the user, and the version or that there is none', () => {
  expect(listNewsOf('{"userId":"1","modelVersion":"1.7"}')).toEqual({ userId: '1', modelVersion: '1.7' });
  expect(listNewsOf('{"userId":"1","modelVersion":null}')).toEqual({ userId: '1', modelVersion: null });
  expect(() => listNewsOf('{"modelVersion":null}')).toThrow(UnreadableEvent);
});

describe('the live panel', () => {
  test('keeps two minutes of samples', () => {
    let samples: readonly (typeof sample)[] = [];
    for (let second = 0; second < 300; second++) samples = withSample(samples, { ...sample, at: second });
    expect(samples).toHaveLength(120);
    expect(samples.at(0)?.at).toBe(180);
    expect(samples.at(-1)?.at).toBe(299);
  });

  test('shows each figure of the newest sample, and dashes before the first', () => {
    expect(Object.fromEntries(figuresOf(sample).map(({ name, value }) => [name, value]))).toEqual({
      'Events/s': '1.3',
      Lag: '3',
      'Lag in time': '1 h',
      'Freshness p50': '21 ms',
      'Freshness p99': '48 ms',
      Epochs: '812',
      Events: '100.9K',
      'Dead letters': '0',
      'Model error': '0.876',
    });
    expect(new Set(figuresOf(undefined).map(({ value }) => value))).toEqual(new Set(['–']));
  });

  test('has the same figures in the table as in the chart, newest first', () => {
    const rows = rowsOf(eventsPlot([sample, { ...sample, at: sample.at + 1_000, eventsPerSecond: 2 }]));
    expect(rows).toEqual([
      ['12:00:01', '2'],
      ['12:00:00', '1.3'],
    ]);
  });
});

describe("the model's error", () => {
  const first = { version: '1.1', at: told.at, records: 1_000, rmse: 1.1, recentRmse: null };

  test('goes on with the version that a sample names, once', () => {
    const once = withModel([first], sample);
    expect(once.map(({ version }) => version)).toEqual(['1.1', '1.7']);
    expect(withModel(once, sample)).toBe(once);
    expect(withModel([first], { ...sample, model: null })).toEqual([first]);
  });

  test('stands by events scored; what is not known is a gap in the chart and a dash in the table', () => {
    const plot = errorPlot(withModel([first], sample));
    expect(plot.x.values).toEqual([1_000, 100_836]);
    expect(plot.series.map(({ values }) => values)).toEqual([
      [null, 0.8764],
      [1.1, 0.9123],
    ]);
    expect(rowsOf(plot)).toEqual([
      ['100,836', '0.876', '0.912'],
      ['1,000', '–', '1.100'],
    ]);
  });

  test('is told in a sentence', () => {
    expect(errorSummary(withModel([first], sample))).toBe(
      'Model 1.7: 0.876 stars off over the newest events, 0.912 over all 100,836.',
    );
    expect(errorSummary([])).toBe('There is no model yet.');
  });
});

test("a film's days stand side by side, however far apart they are, each with its date", () => {
  const plot = daysPlot([
    { start: '2018-03-01T00:00:00.000Z', count: 2 },
    { start: '2026-03-11T00:00:00.000Z', count: 7 },
  ]);
  expect(plot.x.values).toEqual([0, 1]);
  expect([0, 0.5, 1, 2].map(plot.x.format)).toEqual(['1 Mar 2018', '', '11 Mar 2026', '']);
  expect(rowsOf(plot)).toEqual([
    ['11 Mar 2026', '7'],
    ['1 Mar 2018', '2'],
  ]);
});

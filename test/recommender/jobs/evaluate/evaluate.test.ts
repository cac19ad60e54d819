import { describe, expect, test } from 'vitest';
import { openKernel } from '../../../../src/als/index.ts';
import {
  evaluate,
  EvaluateInput,
  modelNames,
  predictionRows,
  protocols,
  topNRows,
  type EvaluateOptions,
  type Evaluation,
  type EvaluateSource,
  type Judgement,
  type ModelName,
} from '../../../../src/recommender/jobs/evaluate/index.ts';
import { csv, folder, twoTastes, type Line } from './shop.ts';

const settings = { factors: 4 };
const kernel = openKernel();
const ticking = (): (() => number) => {
  let time = 0;
  return () => (time += 1_500);
};

const evaluated = (source: EvaluateSource, more: Partial<EvaluateOptions> = {}): Promise<Evaluation> =>
  evaluate({ source, seed: 1, settings, eventsPerCut: 20, kernel, now: ticking(), ...more });

async function ofTwoTastes(
  protocol: (typeof protocols)[number],
  more: Partial<EvaluateOptions> = {},
): Promise<Evaluation> {
  await using files = await folder();
  return await evaluated({ protocol, ratings: await files.write('ratings.csv', csv(twoTastes())) }, more);
}

describe.each(protocols)('%s, of a shop with two tastes', protocol => {
  test('both models find what popularity cannot, and return nothing that was seen', async () => {
    const { models } = await ofTwoTastes(protocol);
    const found = (name: keyof typeof models): number => models[name].ndcg10 ?? NaN;
    expect(found('retrain')).toBeGreaterThan(found('popularity'));
    expect(found('incremental')).toBeGreaterThan(found('popularity'));
    expect(modelNames.map(name => models[name].seenReturned)).toEqual([0, 0, 0]);
  });
});

test('the answer has the fields that scripts rely on, and says what its intervals are made of', async () => {
  const { models, ...rest } = await ofTwoTastes('temporal');
  expect(rest).toMatchObject({ protocol: 'temporal', seed: 1, seeds: [1], users: 40, items: 40 });
  expect(rest.bootstrap).toEqual({ seed: 1, resamples: 1_000, level: 0.95 });
  expect(Object.keys(models)).toEqual(['popularity', 'retrain', 'incremental']);
  const names = 'coverage hr10 intervals mae map10 ndcg10 precision10 recall10 rmse seconds seenReturned'.split(' ');
  for (const name of modelNames) expect(Object.keys(models[name]).sort()).toEqual(names);
  expect(models.retrain.seconds).toBe(1.5);
});

test('every figure lies in its interval', async () => {
  const { models } = await ofTwoTastes('random');
  for (const { intervals, ...figures } of Object.values(models)) {
    expect(intervals.ndcg10?.low).toBeLessThanOrEqual(figures.ndcg10 ?? NaN);
    expect(intervals.ndcg10?.high).toBeGreaterThanOrEqual(figures.ndcg10 ?? NaN);
    expect(intervals.rmse?.low).toBeLessThan(intervals.rmse?.high ?? NaN);
  }
});

test('a gain is relative, and better is above 0 also of an error', async () => {
  const { models, gains } = await ofTwoTastes('random');
  const { ndcg10, rmse } = gains.retrainBesidePopularity;
  expect(ndcg10.gain).toBeCloseTo((models.retrain.ndcg10 ?? NaN) / (models.popularity.ndcg10 ?? NaN) - 1, 12);
  expect(rmse.gain).toBeCloseTo(1 - (models.retrain.rmse ?? NaN) / (models.popularity.rmse ?? NaN), 12);
  expect(ndcg10.interval?.low).toBeGreaterThan(0);
});

test('several seeds are judged together, and each is told alone', async () => {
  const all = await ofTwoTastes('random', { seeds: 3 });
  expect(all.seeds).toEqual([1, 2, 3]);
  expect(all.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  const second = await ofTwoTastes('random', { seed: 2 });
  expect(all.runs[1]?.models).toEqual(second.runs[0]?.models);
  // As many ratings are held out with every seed, so that the mean of squares is that of all.
  const squares = all.runs.map(({ models }) => (models.retrain.rmse ?? NaN) ** 2);
  expect((all.models.retrain.rmse ?? NaN) ** 2).toBeCloseTo(squares.reduce((sum, square) => sum + square, 0) / 3, 12);
});

test('an evaluation can be repeated, and does not depend on the order of the lines', async () => {
  await using files = await folder();
  const lines = twoTastes();
  const [there, back] = [await files.write('a.csv', csv(lines)), await files.write('b.csv', csv(lines.toReversed()))];
  const once = await evaluated({ protocol: 'random', ratings: there });
  expect(await evaluated({ protocol: 'random', ratings: back })).toEqual(once);
});

test('lists from a sample say nothing about coverage', async () => {
  const { models } = await ofTwoTastes('leave-last-out-99');
  expect(modelNames.map(name => models[name].coverage)).toEqual([null, null, null]);
});

test('the rows that are written give the figures that are published', async () => {
  const judgements = new Map<ModelName, Judgement>();
  const { models } = await ofTwoTastes('leave-last-out', {
    judged: (name: ModelName, judgement: Judgement) => void judgements.set(name, judgement),
  });
  const last = new Map(twoTastes().map(line => [line.userId, line]));
  for (const [name, judgement] of judgements) {
    const [header, ...rows] = [...topNRows(judgement)];
    expect(header).toBe('userId,itemId,rank,score');
    const cells = rows.map(row => row.split(','));
    const found = cells.filter(([userId = '', itemId]) => last.get(userId)?.itemId === itemId);
    const gains = found.map(([, , rank]) => 1 / Math.log2(Number(rank) + 1));
    const expected = gains.reduce((sum, gain) => sum + gain, 0) / last.size;
    expect(models[name].ndcg10).toBeCloseTo(expected, 12);
  }
  expect([...judgements.keys()]).toEqual(modelNames);
});

test('the written predictions give the error that is published', async () => {
  let rows: string[] = [];
  const { models } = await ofTwoTastes('leave-last-out', {
    judged: (name: ModelName, judgement: Judgement) => {
      if (name === 'incremental') rows = [...predictionRows(judgement)];
    },
  });
  const last = new Map(twoTastes().map(line => [line.userId, line.rating]));
  expect(rows.shift()).toBe('userId,itemId,prediction');
  const errors = rows.map(row => row.split(',')).map(([user = '', , stars]) => Number(stars) - (last.get(user) ?? NaN));
  const squared = errors.reduce((sum, error) => sum + error ** 2, 0);
  expect(models.incremental.rmse).toBeCloseTo(Math.sqrt(squared / errors.length), 12);
});

describe('files that someone has divided', () => {
  const at = (userId: string, itemId: string, rating: number, seconds: number): Line => ({
    userId,
    itemId,
    rating,
    seconds,
  });
  const train = [
    at('anna', 'heat', 5, 1),
    at('ben', 'heat', 5, 2),
    at('ben', 'ronin', 4, 3),
    at('cleo', 'heat', 4, 4),
    at('cleo', 'ronin', 5, 5),
    at('cleo', 'alien', 5, 6),
  ];

  async function of(held: readonly Line[], negatives?: string) {
    await using files = await folder();
    const [learnt, judged] = [await files.write('train.csv', csv(train)), await files.write('test.csv', csv(held))];
    const source = { protocol: 'files', train: learnt, test: judged } as const;
    if (negatives === undefined) return await evaluated(source);
    return await evaluated({ ...source, negatives: await files.write('negatives.csv', negatives) });
  }

  test('popularity ranks by count, and only liked items had to be found', async () => {
    const { models } = await of([at('anna', 'alien', 4, 7), at('anna', 'ronin', 2, 8)]);
    // Heat was seen, ronin has two ratings, alien one: the liked one stands second.
    expect(models.popularity).toMatchObject({ hr10: 1, recall10: 1, precision10: 0.1, map10: 0.5, coverage: 2 / 3 });
    expect(models.popularity.ndcg10).toBeCloseTo(1 / Math.log2(3), 12);
  });

  test('a user of whom nothing was learnt gets what is popular from every model', async () => {
    const { models } = await of([at('newcomer', 'ronin', 5, 7)]);
    for (const name of modelNames) expect(models[name].map10).toBe(0.5);
  });

  test('an item that nobody has rated cannot be found, but counts', async () => {
    const { models } = await of([at('anna', 'ronin', 5, 7), at('anna', 'unheard of', 5, 8)]);
    for (const name of modelNames) expect(models[name]).toMatchObject({ hr10: 1, recall10: 0.5 });
  });

  test('what was learnt and is rated again had not to be found', async () => {
    const { models } = await of([at('anna', 'heat', 5, 9)]);
    for (const name of modelNames) expect(models[name]).toMatchObject({ ndcg10: null, hr10: null, seenReturned: 0 });
    expect(models.retrain.rmse).toBeLessThan(5);
  });

  test('with negatives a held-out item is ranked among those, whatever its stars', async () => {
    const { models } = await of([at('anna', 'alien', 1, 7)], 'userId,itemId\nanna,heat\n');
    // Heat was seen, so that alien is alone.
    expect(models.popularity).toMatchObject({ ndcg10: 1, coverage: null });
  });
});

describe('what cannot be evaluated', () => {
  const failure = async (text: string, more: Partial<EvaluateOptions> = {}): Promise<unknown> => {
    await using files = await folder();
    const ratings = await files.write('ratings.csv', text);
    return await evaluated({ protocol: 'random', ratings }, more).then(
      () => 'evaluated',
      (error: unknown) => error,
    );
  };

  test('a bad line is named with its file, its number and its fault', async () => {
    const error = await failure('userId,movieId,rating,timestamp\n1,2,4,100\n1,3,seven,101\n');
    expect(error).toBeInstanceOf(EvaluateInput);
    expect(error).toMatchObject({
      code: 'EVALUATE_INPUT',
      message: expect.stringMatching(/ratings\.csv, line 3: rating 'seven' is not on the scale/),
    });
  });

  test('a file without ratings, or with too few to divide, is refused', async () => {
    expect(await failure('userId,movieId,rating,timestamp\n')).toBeInstanceOf(EvaluateInput);
    expect(await failure('userId,movieId,rating,timestamp\n1,2,4,100\n')).toMatchObject({
      message: expect.stringContaining('too few ratings for the protocol random'),
    });
  });

  test('a share or a cut that cannot be is refused before anything is read', async () => {
    expect(await failure('', { holdOut: 1 })).toMatchObject({ message: expect.stringContaining('share of 1') });
    expect(await failure('', { eventsPerCut: 0 })).toMatchObject({ message: expect.stringContaining('0 events') });
    expect(await failure('', { seeds: 0 })).toMatchObject({ message: expect.stringContaining('0 seeds') });
    expect(await failure('', { resamples: 1e9 })).toMatchObject({
      message: expect.stringContaining('1000000000 draws'),
    });
  });
});

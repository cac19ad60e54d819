import { describe, expect, test } from 'vitest';
import { modelSettings, type ModelSettings, openKernel } from '../../../../src/als/index.ts';
import { EvaluateInput } from '../../../../src/recommender/jobs/evaluate/errors.ts';
import { type Ratings, RatingsBuilder } from '../../../../src/recommender/jobs/evaluate/ratings.ts';
import { chancesOf } from '../../../../src/recommender/jobs/generate/index.ts';
import { type Progress, tune } from '../../../../src/recommender/jobs/tune/index.ts';

/**
 * Each user likes the items of one kind of five and dislikes the others: a rank that is known. `last` changes what is
 * after the first four fifths in time.
 */
function fiveKinds(last: (stars: number) => number = stars => stars): Ratings {
  const builder = new RatingsBuilder();
  const random = chancesOf(3);
  const [users, items, size] = [120, 60, 3_000];
  for (let n = 0; n < size; n++) {
    const user = Math.floor(random() * users);
    const isOwn = random() < 0.8;
    const kind = isOwn ? user % 5 : Math.floor(random() * 5);
    const item = kind + 5 * Math.floor(random() * (items / 5));
    const stars = kind === user % 5 ? 5 : 1;
    const rating = n < 0.8 * size ? stars : last(stars);
    builder.add({ userId: `u${user}`, itemId: `i${item}`, rating, time: n * 60_000 });
  }
  return builder.build().ratings;
}

const kernel = openKernel();
const base = modelSettings({ factors: 8, sweeps: 4 });
const absurd: ModelSettings = {
  ...base,
  factors: 1,
  regularisation: { strength: 1e5, frequencyExponent: 1 },
  explicit: { factors: 1, regularisation: 1e4, biasRegularisation: 1e4, prior: 1e4 },
};
const options = {
  ratings: fiveKinds(),
  base,
  budget: 6,
  kernel,
  now: () => 0,
  signal: new AbortController().signal,
};

describe('a search that begins with absurd settings', async () => {
  const found = await tune({ ...options, base: absurd });

  test('finds others, and says that they are better beyond the noise', () => {
    expect(found.best.ndcg10).not.toBe(0);
    expect(found.best.rmse).not.toBe(0);
    expect(found.beyondNoise).toEqual({ ndcg10: true, rmse: true });
  });

  test('is confirmed by what came later', () => {
    expect(found.confirmed?.ndcg10.differenceInterval?.low).toBeGreaterThan(0);
    expect(found.confirmed?.rmse.interval?.low).toBeGreaterThan(0);
    expect(found.confirmed?.rmse.best).toBeLessThan(found.confirmed?.rmse.base ?? NaN);
  });

  test('recommends the lists of the one trial with the stars of the other', () => {
    const lists = found.trials.find(({ number }) => number === found.best.ndcg10)?.settings;
    const stars = found.trials.find(({ number }) => number === found.best.rmse)?.settings;
    expect(found.settings.regularisation).toEqual(lists?.regularisation);
    expect(found.settings.explicit).toEqual(stars?.explicit);
    expect(found.settings.sweeps).toBe(Math.max(lists?.sweeps ?? 0, stars?.sweeps ?? 0));
  });
});

test('where the configuration is as good as can be, nothing is called better beyond the noise on luck alone', async () => {
  const { beyondNoise, confirmed, best, settings } = await tune(options);
  expect(beyondNoise.ndcg10).toBe(false);
  // Another trial had the better figure; what is recommended for lists is what was there, all the same.
  expect(best.ndcg10).not.toBe(0);
  const { factors, regularisation, unobservedWeight } = base;
  expect(settings).toMatchObject({ factors, regularisation, unobservedWeight });
  expect(confirmed?.ndcg10.base).toBeGreaterThan(0.2);
});

test('the search never sees the test: whatever stands in it, the trials are the same', async () => {
  const told = async (ratings: Ratings) => {
    const trials: Progress[] = [];
    const found = await tune({ ...options, ratings, told: progress => trials.push(progress) });
    return { trials, found };
  };
  const [there, elsewhere] = [await told(fiveKinds()), await told(fiveKinds(stars => 6 - stars))];
  expect(elsewhere.trials).toEqual(there.trials);
  expect(elsewhere.found.settings).toEqual(there.found.settings);
  expect(elsewhere.found.confirmed).not.toEqual(there.found.confirmed);
});

test('the same seed searches the same, another seed something else', async () => {
  const settingsOf = async (seed: number) =>
    (await tune({ ...options, base: { ...base, seed }, budget: 3 })).trials.map(({ settings }) => settings);
  expect(await settingsOf(1)).toEqual(await settingsOf(1));
  expect(await settingsOf(2)).not.toEqual(await settingsOf(1));
});

test('a search that is told to stop answers what it has found, and confirms nothing', async () => {
  const stop = new AbortController();
  const told = ({ trial }: Progress): void => {
    if (trial.number === 2) stop.abort();
  };
  const found = await tune({ ...options, signal: stop.signal, told });
  expect(found.trials.map(({ number }) => number)).toEqual([0, 1, 2]);
  expect(found).toMatchObject({ cut: true, confirmed: null });
});

test('after its time no further trial begins, and the winner is confirmed', async () => {
  let time = 0;
  const found = await tune({ ...options, most_ms: 25, now: () => (time += 10) });
  // Begun at 10, so that it ends at 35; asked at 20, at 30 and at 40.
  expect(found.trials.map(({ number }) => number)).toEqual([0, 1]);
  expect(found.cut).toBe(true);
  expect(found.confirmed).not.toBeNull();
});

test('what cannot be is refused', async () => {
  await expect(tune({ ...options, budget: 1 })).rejects.toThrow(EvaluateInput);
  await expect(tune({ ...options, holdOut: 1 })).rejects.toThrow(EvaluateInput);
  const few = new RatingsBuilder();
  few.add({ userId: 'u', itemId: 'i', rating: 4, time: 0 });
  await expect(tune({ ...options, ratings: few.build().ratings })).rejects.toThrow(EvaluateInput);
});

import { expect, test } from 'vitest';
import { Model, trainGeneration, type SideVectors, openKernel } from '../../../../src/als/index.ts';
import { interactions } from '../../../../src/recommender/jobs/evaluate/interactions.ts';
import { Learnt, vectorsOf } from '../../../../src/recommender/jobs/evaluate/learnt.ts';
import { RatingsBuilder, rowNumbers } from '../../../../src/recommender/jobs/evaluate/ratings.ts';
import { trainingInput } from '../../../../src/recommender/jobs/evaluate/training-input.ts';
import { twoTastes } from './shop.ts';

const builder = new RatingsBuilder();
for (const { userId, itemId, rating, seconds } of twoTastes())
  builder.add({ userId, itemId, rating, time: seconds * 1_000 });
// Somebody changed their mind.
builder.add({ userId: 'u0', itemId: '0-0', rating: 2, time: 2_000_000_000_000 });
const { ratings } = builder.build();
const rows = rowNumbers(ratings.users.length);
const settings = { factors: 4, explicit: { factors: 3, regularisation: 0.1, biasRegularisation: 0.1, prior: 2 } };
const kernel = openKernel();

const byId = ({ ids, factors, starFactors }: SideVectors): Map<string, unknown> => {
  const [k, width] = [factors.length / ids.length, starFactors.length / ids.length];
  return new Map(
    ids
      .map(
        (id, n) =>
          [id, [...factors.slice(n * k, n * k + k), ...starFactors.slice(n * width, n * width + width)]] as const,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
};

test('a generation that is trained on columns is that of a model that learnt the same events, to the bit', () => {
  using model = new Model(settings, { kernel });
  model.learn(interactions(ratings, rows));
  model.train();
  const { users, items } = trainGeneration(trainingInput(ratings, rows, settings), { kernel });
  const learnt = vectorsOf(model);
  expect(byId(users)).toEqual(byId(learnt.users));
  expect(byId(items)).toEqual(byId(learnt.items));
});

test('scores and stars are those that the model itself answers', () => {
  using model = new Model(settings, { kernel });
  model.learn(interactions(ratings, rows));
  model.train();
  const learnt = new Learnt(vectorsOf(model), ratings, rows, kernel);
  const scores = new Float64Array(ratings.itemIds.length);
  for (const [user, userId] of ratings.userIds.entries()) {
    learnt.scores(user, scores);
    expect([...scores]).toEqual(ratings.itemIds.map(itemId => model.score(userId, itemId)));
    expect(ratings.itemIds.map((_, item) => learnt.stars(user, item))).toEqual(
      ratings.itemIds.map(itemId => model.stars(userId, itemId)),
    );
  }
});

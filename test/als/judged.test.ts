/** What a process does with a model beside learning cuts: judge it, take facts in, configure it, put another one in. */
import { expect, test } from 'vitest';
import { type Interaction, Model, openKernel, trainGeneration } from '../../src/als/index.ts';
import { Random } from '../support/random.ts';

const settings = { factors: 4, sweeps: 2 };
const events = (count: number, from = 0): Interaction[] => {
  const random = new Random(count + from);
  return Array.from({ length: count }, (_, n) => ({
    userId: `u${random.below(9)}`,
    itemId: `i${random.below(12)}`,
    kind: 'rating' as const,
    value: random.between(1, 5),
    time: from + n,
    eventId: `e${from + n}`,
  }));
};

test('a model is judged on what it is about to learn exactly as when it learns it in one cut', () => {
  const model = new Model(settings);
  const first = { userId: 'u1', itemId: 'i1', kind: 'rating' as const, value: 2, time: -1, eventId: 'first' };
  model.learn([first, ...events(80)]);
  const next = [...events(40, 80), { ...first, eventId: 'old', time: -5 }];
  const judged = model.judge(next);
  const { prequential } = model.learn(next);
  expect(judged.warm.count + judged.cold.count).toBe(prequential.warm.count + prequential.cold.count);
  expect(judged.warm.squared).toBeCloseTo(prequential.warm.squared, 9);
});

test('facts that are taken in without solving are trained as those that were learnt', () => {
  const [noted, learnt] = [new Model(settings), new Model(settings)];
  noted.note(events(100));
  learnt.learn(events(100));
  expect(noted.hash()).not.toBe(learnt.hash());
  noted.train();
  learnt.train();
  expect(noted.hash()).toBe(learnt.hash());
});

test('a generation that knows nothing of some rows leaves none of them unsolved, and its numbers may go on', () => {
  const model = new Model(settings);
  model.learn(events(60));
  using kernel = openKernel();
  const generation = trainGeneration(model.freeze(), { kernel });
  model.learn([{ userId: 'new', itemId: 'i1', kind: 'rating', value: 5, time: 999, eventId: 'n' }]);
  // As if it had been trained elsewhere, just now: no row counts as touched since.
  model.adopt({ ...generation, base: model.beginBase() }, { generation: 3, number: 7 });
  expect(model.version).toEqual({ generation: 3, number: 7 });
  // Its first values say nothing about anything; what it loved, it is now seen to love.
  expect(model.score('new', 'i1')).toBeGreaterThan(0.1);
});

test('a new configuration is for the next generation; a model that has learnt nothing begins with it', () => {
  const fresh = new Model(settings);
  fresh.configure({ ...settings, factors: 6 });
  expect(fresh.settings.factors).toBe(6);
  const model = new Model(settings);
  model.learn(events(60));
  model.clean();
  const hash = model.hash();
  model.configure({ ...settings, factors: 6 });
  expect({ hash: model.hash(), factors: model.settings.factors }).toEqual({ hash, factors: 4 });
  model.train();
  expect(model.settings.factors).toBe(6);
});

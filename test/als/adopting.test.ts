import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Model, trainGeneration, UnusableModelState, type Generation } from '../../src/als/index.ts';
import { ReferenceKernel } from '../../src/als/kernel/reference/kernel.ts';
import { defaultWeights } from '../../src/als/weights.ts';
import { checkerboard, rated, small, someEvents } from './events.ts';

const kernel = new ReferenceKernel();
const late = [
  rated('u0', 'i2', 5, { eventId: 'late', time: 5_000 }),
  rated('new', 'i1', 1, { eventId: 'later', time: 6_000 }),
];
const described = [
  { itemId: 'i0', groups: ['genre:Drama'] },
  { itemId: 'cold', groups: ['genre:Drama'] },
];

/** A model that has learnt something since a generation of it was trained, and that generation. */
function met(events = checkerboard(6), settings = {}): { readonly model: Model; readonly generation: Generation } {
  const model = new Model(small, { kernel });
  model.describe(described);
  model.learn(events);
  model.beginBase();
  const generation = trainGeneration(structuredClone(model.freeze(settings)), { kernel });
  model.learn(late);
  return { model, generation };
}

/** All that can be seen of it. */
const seen = (model: Model): unknown => ({
  hash: model.hash(),
  version: model.version,
  settings: model.settings,
  stars: model.stars('u0', 'i1'),
  list: model.topN('u1', { n: 3 }),
  why: model.why('u0', 'i1'),
  dirty: [...model.dirty()],
});

/** After a cut of new pairs and known ones. */
const goneOn = (model: Model): unknown => {
  model.learn([
    rated('u2', 'i3', 4, { eventId: 'on', time: 9_000 }),
    rated('u0', 'i2', 1, { eventId: 'and', time: 9_500 }),
    rated('newer', 'i1', 5, { eventId: 'on again', time: 9_600 }),
    rated('newer', 'i4', 5, { eventId: 'and again', time: 9_700 }),
  ]);
  return seen(model);
};

test('in slices a model is what it was until the last one, and then what it is in one go', () => {
  fc.assert(
    fc.property(someEvents, events => {
      const [{ model, generation }, whole] = [met(events), met(events).model];
      const before = seen(model);
      const steps = model.adopting(generation, { generation: 1 });
      let [slices, step] = [0, steps.next()];
      for (; step.done !== true; step = steps.next(), slices++) expect(seen(model)).toEqual(before);
      expect(step.value).toEqual(whole.adopt(generation, { generation: 1 }));
      expect(seen(model)).toEqual(seen(whole));
      expect(goneOn(model)).toEqual(goneOn(whole));
      expect(slices).toBeGreaterThan(3);
    }),
    { numRuns: 30 },
  );
});

test('left early after any slice, it has changed nothing', () => {
  const slices = [...met().model.adopting(met().generation, { generation: 1 })].length;
  for (let last = 0; last <= slices - 1; last++) {
    const { model, generation } = met();
    const before = seen(model);
    const steps = model.adopting(generation, { generation: 1 });
    for (let slice = 0; slice <= last; slice++) steps.next();
    steps.return({
      version: model.version,
      users: [],
      items: [],
      events: 0,
      prequential: model.judge([]),
      saturations: 0,
    });
    expect([last, seen(model)]).toEqual([last, before]);
    expect([last, goneOn(model)]).toEqual([last, goneOn(met().model)]);
  }
});

test.each([
  ['learns', (model: Model) => void model.learn([rated('u1', 'i2', 2, { eventId: 'between', time: 7_000 })])],
  ['begins another training', (model: Model) => void model.beginBase()],
  ['is configured anew', (model: Model) => model.configure({ ...small, sweeps: 3 })],
])('a model that %s in between refuses to go on, and stays as it is', (_, deed) => {
  const { model, generation } = met();
  model.clean();
  const steps = model.adopting(generation, { generation: 1 });
  steps.next();
  deed(model);
  const before = seen(model);
  expect(() => steps.next()).toThrow('has learnt while a generation was being adopted');
  expect(seen(model)).toEqual(before);
  const other = met().model;
  other.clean();
  deed(other);
  expect(goneOn(model)).toEqual(goneOn(other));
});

test('another table of weights comes in one slice, since it changes what is known', () => {
  const rules = defaultWeights.rules.map(rule => ({ ...rule, confidence: [40] }));
  const { model, generation } = met(checkerboard(6), { weights: { ...defaultWeights, rules } });
  expect(model.adopting(generation, { generation: 1 }).next().done).toBe(true);
  expect(model.settings.weights.rules).toEqual(rules);
  goneOn(model);
  const restored = new Model(small, { kernel });
  for (const { key, write } of model.rows()) restored.restoreRow(key, write());
  restored.finishRestore();
  expect(restored.hash()).toBe(model.hash());
});

test('a generation of other shapes is refused before anything is done', () => {
  const { model, generation } = met();
  const before = seen(model);
  const broken = { ...generation, users: { ...generation.users, factors: new Int16Array(1) } };
  expect(() => model.adopting(broken, { generation: 1 }).next()).toThrow(UnusableModelState);
  expect(seen(model)).toEqual(before);
});

test('what is told of an item without weight, which is not trained, is put down to no other', () => {
  const model = new Model({ ...small, weights: { ageBounds_ms: [], rules: [] } }, { kernel });
  model.describe(described);
  model.learn([rated('u0', 'cold', 1, { eventId: 'a', time: 1 }), rated('u0', 'other', 5, { eventId: 'b', time: 2 })]);
  const frozen = model.freeze({ weights: defaultWeights });
  const place = frozen.live.items.ids.indexOf('other');
  const told = [...frozen.items.keys()].filter(at => (frozen.confidences[at] ?? 0) > 0);
  expect(frozen.live.items.ids).not.toContain('cold');
  expect(told.map(at => [frozen.items[at], frozen.stars[at]])).toEqual([[place, 5 * 1024]]);
});

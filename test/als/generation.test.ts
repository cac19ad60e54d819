import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Model,
  trainGeneration,
  TrainingCancelled,
  UnusableModelState,
  type Generation,
  type Interaction,
} from '../../src/als/index.ts';
import { ReferenceKernel } from '../../src/als/kernel/reference/kernel.ts';
import { checkerboard, rated, small, someEvents } from './events.ts';

const kernel = new ReferenceKernel();
const later = (events: readonly Interaction[]): Interaction[] =>
  events.map(event => ({ ...event, eventId: `later ${event.eventId}`, time: event.time + 100 }));

/** Trained beside the model, as in another thread: all it gets is a copy. */
const trainedBeside = (model: Model): Generation => {
  model.beginBase();
  return trainGeneration(structuredClone(model.freeze()), { kernel });
};

describe('a generation that was trained beside the model', () => {
  test('is what training the model itself gives, if nothing came in between', () => {
    fc.assert(
      fc.property(someEvents, events => {
        const [beside, itself] = [new Model(small), new Model(small)];
        for (const model of [beside, itself]) model.learn(events);
        beside.adopt(structuredClone(trainedBeside(beside)), { generation: 1 });
        itself.train();
        expect(beside.hash()).toBe(itself.hash());
      }),
    );
  });

  test('is adopted alike by a model that was restarted in between', () => {
    fc.assert(
      fc.property(someEvents, someEvents, (first, second) => {
        const [model, restarted] = [new Model(small), new Model(small)];
        model.learn(first);
        const generation = trainedBeside(model);
        model.learn(later(second));
        for (const [key, value] of model.dirty()) if (value !== null) restarted.restoreRow(key, value);
        restarted.finishRestore();
        const [expected, got] = [model, restarted].map(each => each.adopt(generation, { generation: 1 }));
        expect(got).toEqual(expected);
        expect(restarted.hash()).toBe(model.hash());
      }),
    );
  });

  test('leaves nothing behind: whoever was touched since fits what the generation makes of the rest', () => {
    const settings = { ...small, refresh: { threshold: 8, rowsPerEvent: 0 } };
    const model = new Model(settings);
    model.learn(checkerboard(6));
    const generation = trainedBeside(model);
    const late = rated('u0', 'i2', 5, { eventId: 'late', time: 5_000 });
    model.learn([late]);
    model.adopt(generation, { generation: 1 });
    // A model that adopts before the event comes solves the same two rows against the same vectors.
    const before = new Model(settings);
    before.learn(checkerboard(6));
    before.adopt(generation, { generation: 1 });
    before.learn([late]);
    for (const id of ['u0', 'u1']) expect(model.user(id)).toEqual(before.user(id));
    for (const id of ['i2', 'i3']) expect(model.item(id)).toEqual(before.item(id));
  });

  test('may have other settings than the live one: afterwards they are the model’s', () => {
    const model = new Model({ ...small, factors: 3 });
    model.learn(checkerboard(6));
    model.beginBase();
    const settings = { factors: 9, regularisation: { strength: 0.1, frequencyExponent: 1 } } as const;
    model.adopt(trainGeneration(model.freeze(settings), { kernel }), { generation: 7 });
    expect(model.version).toEqual({ generation: 7, number: 0 });
    expect(model.settings).toMatchObject(settings);
    expect(model.user('u1')?.factors).toHaveLength(9);
    expect(model.learn([rated('u1', 'i0', 5, { eventId: 'x', time: 2_000 })]).events).toBe(1);
  });

  test('can be of before: what it does not know begins anew', () => {
    const model = new Model({ factors: 4 });
    model.learn(checkerboard(6));
    const old = trainedBeside(model);
    model.learn([rated('u9', 'i9', 5), rated('u0', 'i9', 5)]);
    model.train();
    model.adopt(old, { generation: 3 });
    expect(model.user('u9')?.events).toBe(1);
    expect(model.topN('u1', { n: 1 })?.[0]?.itemId).toBe('i3');
  });

  test('is refused before anything changes if its vectors do not fit its settings', () => {
    const model = new Model(small);
    model.learn(checkerboard(4));
    const generation = trainedBeside(model);
    const before = model.hash();
    const cut = { ...generation, users: { ...generation.users, factors: generation.users.factors.slice(1) } };
    expect(() => model.adopt(cut, { generation: 1 })).toThrow(UnusableModelState);
    expect(model.hash()).toBe(before);
  });
});

describe('a training', () => {
  const model = new Model({ factors: 4, sweeps: 5 });
  model.learn(checkerboard(8));
  const input = model.freeze();

  test('tells how far it is, and can be stopped before each half sweep', () => {
    const told: number[][] = [];
    trainGeneration(input, { kernel, progress: (done, of) => told.push([done, of]) });
    expect(told).toEqual(Array.from({ length: 10 }, (_, n) => [n + 1, 10]));
    let halves = 0;
    expect(() => trainGeneration(input, { kernel, cancelled: () => ++halves > 3 })).toThrow(TrainingCancelled);
    expect(halves).toBe(4);
  });

  test('does not depend on the order in which users, items and pairs are numbered', () => {
    fc.assert(
      fc.property(someEvents, fc.infiniteStream(fc.nat(999)), (events, chance) => {
        const [tidy, shuffled] = [new Model(small), new Model(small)];
        const keys = new Map(events.map(event => [event, chance.next().value ?? 0]));
        tidy.learn(events);
        for (const event of events.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))) shuffled.learn([event]);
        const [one, other] = [tidy, shuffled].map(each => trainGeneration(each.freeze(), { kernel }));
        expect(other?.objective).toBe(one?.objective);
        for (const each of [tidy, shuffled]) each.train();
        expect(shuffled.user('user 1')).toEqual(tidy.user('user 1'));
      }),
    );
  });

  test('ends at the loss that the model then tells', () => {
    model.train();
    const generation = trainGeneration(input, { kernel });
    expect(model.objective()).toBe(generation.objective);
  });

  test('begins again with a coarser grid where factors met its end, and stays within it', () => {
    // Three hundred who like one item: held alike, its factor is the fourth root of 300, past the grid's 2.
    const fine = new Model({
      factors: 1,
      gridExponent: { users: 14, items: 14 },
      regularisation: { strength: 0.01, frequencyExponent: 0 },
      unobservedWeight: 0,
    });
    fine.learn(Array.from({ length: 300 }, (_, n) => rated(`u${n}`, 'i', 5)));
    const { retries, saturations, settings, items } = trainGeneration(fine.freeze(), { kernel });
    expect(retries).toBeGreaterThan(0);
    expect(saturations).toBe(0);
    expect(settings.gridExponent.items).toBeLessThan(14);
    expect(Math.abs(items.factors[0] ?? NaN) / (1 << settings.gridExponent.items)).toBeCloseTo(4.2, 0);
  });
});

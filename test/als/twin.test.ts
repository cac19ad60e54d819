/** A second model of the same facts, with vectors of its own: what stands beside the live one in an experiment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Interaction, isFactRow, Model, openKernel, type RowValue, trainGeneration } from '../../src/als/index.ts';
import { checkerboard, small, someEvents } from './events.ts';
import { Life, lives } from './life.ts';

const later = (events: readonly Interaction[]) =>
  events.map(event => ({ ...event, eventId: `later ${event.eventId}` }));

/** All that a model is. */
const rowsOf = (model: Model): Map<string, RowValue> =>
  new Map([...model.rows()].map(({ key, write }) => [key, write()]));

const vectorsOf = (model: Model) => [...rowsOf(model)].filter(([key]) => !isFactRow(key));

describe('a twin', () => {
  test('is the model to the bit, after any life, and goes its own way from there', () => {
    fc.assert(
      fc.property(lives, someEvents, (life, events) => {
        const original = new Life();
        for (const deed of life) original.do(deed);
        original.checkpoint();
        const { model } = original;
        const twin = model.twin();
        expect(rowsOf(twin)).toEqual(rowsOf(model));
        const before = model.hash();
        const learnt = twin.learn(later(events));
        expect(model.hash()).toBe(before);
        expect(model.learn(later(events))).toEqual(learnt);
        expect(rowsOf(twin)).toEqual(rowsOf(model));
        twin[Symbol.dispose]();
      }),
    );
  });

  test('of another generation is the same again from its rows beside the facts of the live one', () => {
    fc.assert(
      fc.property(lives, someEvents, someEvents, (life, events, more) => {
        const original = new Life();
        for (const deed of life) original.do(deed);
        const { model } = original;
        const [twin, never] = [model.twin(), model.twin()];
        for (const each of [twin, never]) adoptAnother(each);
        for (const each of [model, twin, never]) each.learn(later(events));
        const restored = model.twin(vectorsOf(twin));
        expect(rowsOf(restored)).toEqual(rowsOf(never));
        const next = later(later(more));
        expect(restored.learn(next)).toEqual(never.learn(next));
        expect(restored.hash()).toBe(never.hash());
      }),
      { numRuns: 40 },
    );
  });

  test('changes places with the model, which then has all its vectors to write, and back', () => {
    const model = new Model(small);
    model.learn(checkerboard(4));
    model.clean();
    const twin = model.twin();
    adoptAnother(twin);
    const [live, other] = [rowsOf(model), rowsOf(twin)];
    model.exchange(twin);
    expect(rowsOf(model)).toEqual(other);
    expect(new Map(model.dirty())).toEqual(new Map(vectorsOf(model)));
    model.exchange(twin);
    expect(rowsOf(model)).toEqual(live);
    expect(() => model.exchange(new Model(small))).toThrow(RangeError);
  });
});

/** One factor more, and another seed. */
function adoptAnother(model: Model): void {
  using kernel = openKernel();
  const input = model.freeze({ ...small, factors: 4, seed: 7, sweeps: 1 });
  model.adopt(trainGeneration(input, { kernel }), { generation: model.version.generation + 1 });
}

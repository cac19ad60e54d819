/** A model of several parts is, of each, to the bit the model of that part alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Interaction, Model, openKernel, trainGeneration } from '../../src/als/index.ts';

const partOf = (id: string): string => id.slice(0, id.indexOf('/') + 1);
const settings = {
  factors: 6,
  sweeps: 3,
  explicit: { factors: 3, regularisation: 0.1, biasRegularisation: 0.1, prior: 5 },
};
const days = 86_400_000;

type Step =
  | { readonly kind: 'learn'; readonly events: readonly Interaction[] }
  | { readonly kind: 'describe'; readonly itemId: string; readonly group: string }
  | { readonly kind: 'forget'; readonly userId: string }
  | { readonly kind: 'train' | 'checkpoint' | 'undo' };

const part = fc.constantFrom('', 'north/', 'south/');
const event = fc
  .record({ part, user: fc.nat(5), item: fc.nat(7), value: fc.integer({ min: 1, max: 5 }), day: fc.nat(400) })
  .map((drawn, n = 0): Interaction => ({
    userId: `${drawn.part}u${drawn.user}`,
    itemId: `${drawn.part}i${drawn.item}`,
    kind: 'rating',
    value: drawn.value,
    time: drawn.day * days,
    eventId: JSON.stringify([drawn, n]),
  }));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(event, { minLength: 1, maxLength: 12 }).map(events => ({ kind: 'learn', events }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ part, item: fc.nat(9), group: fc.constantFrom('x', 'y') })
      .map(drawn => ({ kind: 'describe', itemId: `${drawn.part}i${drawn.item}`, group: drawn.group }) as const),
  },
  fc
    .record({ part, user: fc.nat(5) })
    .map(drawn => ({ kind: 'forget', userId: `${drawn.part}u${drawn.user}` }) as const),
  fc.constantFrom<Step>({ kind: 'train' }, { kind: 'checkpoint' }, { kind: 'undo' }),
);

/** A model with its checkpoint. Of a step it takes what is of the parts that it is told of. */
class Run {
  readonly model: Model;
  readonly #rows = new Map<string, string | Uint8Array>();
  readonly #mine: (id: string) => boolean;

  constructor(mine: (id: string) => boolean) {
    this.model = new Model(settings, { kernel, partOf });
    this.#mine = mine;
  }

  do(step: Step): void {
    const { model } = this;
    if (step.kind === 'learn') {
      const own = step.events.filter(({ userId }) => this.#mine(userId));
      if (own.length > 0) model.learn(own);
    } else if (step.kind === 'describe' && this.#mine(step.itemId))
      model.describe([{ itemId: step.itemId, groups: [`${partOf(step.itemId)}${step.group}`] }]);
    else if (step.kind === 'forget' && this.#mine(step.userId)) model.forget([step.userId]);
    else if (step.kind === 'train') model.train();
    else if (step.kind === 'checkpoint') this.#store();
    else if (step.kind === 'undo') model.undo(key => this.#rows.get(key));
  }

  #store(): void {
    for (const [key, value] of this.model.dirty())
      if (value === null) this.#rows.delete(key);
      else this.#rows.set(key, value);
    this.model.clean();
  }

  restored(): Model {
    const model = new Model(settings, { kernel, partOf });
    for (const [key, value] of this.#rows) model.restoreRow(key, value);
    model.finishRestore();
    return model;
  }
}

const kernel = openKernel();

/** All that a model answers to one part. */
function answers(model: Model, name: string) {
  const { users, items } = model.ids;
  const [own, its] = [users, items].map(ids => ids.filter(id => partOf(id) === name).sort());
  return {
    number: model.numberOf(name),
    mean: model.meanOf(name),
    popular: model.popular(9, name),
    users: (own ?? []).map(id => [
      id,
      model.user(id),
      model.topN(id, { n: 5 }),
      model.history(id).sort((a, b) => a.itemId.localeCompare(b.itemId)),
      model.stars(id, `${name}i1`),
    ]),
    items: (its ?? []).map(id => [id, model.item(id), model.similar(id, 5)]),
    why: (own ?? []).slice(0, 2).map(user => (its ?? []).slice(0, 3).map(item => model.why(user, item))),
  };
}

test('of each part the answers are, to the bit, those without the other parts: whatever is learnt, said, forgotten, trained, undone', () => {
  fc.assert(
    fc.property(
      fc.array(anyStep, { minLength: 3, maxLength: 25 }),
      fc.constantFrom('', 'north/', 'south/'),
      (steps, name) => {
        const [together, alone] = [new Run(() => true), new Run(id => partOf(id) === name)];
        for (const each of steps) {
          together.do(each);
          alone.do(each);
          expect(answers(together.model, name)).toEqual(answers(alone.model, name));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a restored model of several parts is the one that was stored', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 3, maxLength: 20 }), steps => {
      const run = new Run(() => true);
      for (const each of steps) run.do(each);
      run.do({ kind: 'checkpoint' });
      const restored = run.restored();
      expect(restored.hash()).toBe(run.model.hash());
      expect(restored.version).toEqual(run.model.version);
      for (const name of ['', 'north/', 'south/']) expect(answers(restored, name)).toEqual(answers(run.model, name));
    }),
    { numRuns: 40 },
  );
});

test('a training in another thread, whose files are sorted by id, is the one of each part', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 60 }), events => {
      const [together, alone] = [new Run(() => true), new Run(id => partOf(id) === 'north/')];
      for (const run of [together, alone]) run.do({ kind: 'learn', events });
      for (const { model } of [together, alone]) {
        const generation = trainGeneration(structuredClone(model.freeze()), { kernel });
        model.adopt(generation, { generation: 3 });
      }
      expect(answers(together.model, 'north/')).toEqual(answers(alone.model, 'north/'));
    }),
    { numRuns: 20 },
  );
});

test('what a user explains adds up to the score, with other parts beside', () => {
  const run = new Run(() => true);
  const events = fc.sample(event, { numRuns: 200, seed: 7 });
  run.do({ kind: 'learn', events });
  run.do({ kind: 'train' });
  const users = run.model.ids.users.filter(id => partOf(id) === 'south/');
  expect(users.length).toBeGreaterThan(2);
  for (const user of users) {
    const { sum = NaN, score = NaN } = run.model.why(user, 'south/i0') ?? {};
    expect(Math.abs(sum - score)).toBeLessThan(0.01);
  }
});

import { expect, test } from 'vitest';
import { type Generation, Model } from '../../../src/als/index.ts';
import type { EndOfEpoch } from '../../../src/recommender/domain/end-of-epoch.ts';
import type { PreparedSignal } from '../../../src/recommender/domain/generation-signals.ts';
import { asInteraction } from '../../../src/recommender/domain/interaction.ts';
import { defaultLearner, Learner } from '../../../src/recommender/domain/learner.ts';
import { trainHere } from '../../../src/recommender/domain/training.ts';
import { rating } from '../../topologies/events.ts';

const settings = { ...defaultLearner, model: { factors: 3, sweeps: 2 }, growth: 1e9 };
const ratings = Array.from({ length: 40 }, (_, n) =>
  rating({ eventId: `e${n}`, userId: `u${n % 8}`, itemId: `i${(n * 3 + 1) % 7}`, value: 1 + (n % 5), time: n }),
);

const endOf = (turn: () => Promise<void>, signal = new AbortController().signal): EndOfEpoch => ({
  clock: 0,
  caughtUp: true,
  signal,
  turn,
});

async function learned(): Promise<{ readonly learner: Learner; readonly content: Generation }> {
  const learner = new Learner(settings);
  for (const each of ratings) learner.next(each);
  await learner.endEpoch(endOf(() => Promise.resolve()));
  learner.committed();
  learner.next({ signal: 'begin', cause: 'command' });
  const about = { generation: 1, cause: 'command', trainedAt: 0 } as const;
  const trained = await trainHere(() => learner.model.freeze(), about, new AbortController().signal);
  return { learner, content: trained.generation };
}

const adoptionOf = (content: Generation): PreparedSignal => ({
  signal: 'adopt',
  name: 'trained',
  generation: 1,
  cause: 'command',
  trainedAt: 0,
  isForeign: false,
  content,
});

test('an adoption takes turns, in which the model is what it was; what the epoch brought comes after it', async () => {
  const { learner, content } = await learned();
  const hash = learner.model.hash();
  const late = rating({ eventId: 'late', userId: 'u1', itemId: 'i3', value: 1, time: 1_000 });
  learner.next(adoptionOf(content));
  learner.next({ signal: 'begin', cause: 'schedule' });
  learner.next(late);
  const met: unknown[] = [];
  await learner.endEpoch(
    endOf(async () => {
      met.push(learner.model.hash());
      await Promise.resolve();
    }),
  );
  expect(new Set(met)).toEqual(new Set([hash]));
  expect(met.length).toBeGreaterThan(3);
  const plain = new Model(settings.model);
  plain.learn(ratings.flatMap(each => asInteraction(each) ?? []));
  plain.beginBase();
  plain.adopt(content, { generation: 1 });
  plain.beginBase();
  plain.learn([late].flatMap(each => asInteraction(each) ?? []));
  expect(learner.model.hash()).toBe(plain.hash());
  expect([learner.model.base, learner.control.build?.base]).toEqual([plain.base, plain.base]);
});

const experimentOf = (content: Generation): PreparedSignal => ({
  signal: 'experiment',
  name: 'trained',
  generation: 1,
  cause: 'command',
  trainedAt: 0,
  isForeign: false,
  share: 0.5,
  startedAt: 0,
  content,
});

test('an experiment begins in turns, in which nobody is tried out yet', async () => {
  const { learner, content } = await learned();
  const before = learner.model.counts;
  learner.next(experimentOf(content));
  const met: unknown[] = [];
  await learner.endEpoch(
    endOf(async () => {
      met.push([learner.served.candidate, learner.control.candidate, learner.model.counts]);
      await Promise.resolve();
    }),
  );
  expect(met.length).toBeGreaterThan(3);
  for (const each of met) expect(each).toEqual([undefined, null, before]);
  expect(learner.served.candidate?.model.version).toEqual({ generation: 1, number: 0 });
});

test.for([
  ['adoption', adoptionOf],
  ['experiment', experimentOf],
] as const)('told to stop in between, an %s is left, and undone it is what it was', async ([, signalOf]) => {
  const { learner, content } = await learned();
  const rows = new Map(
    [...learner.changes()].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
  );
  learner.committed();
  const hash = learner.model.hash();
  learner.next(signalOf(content));
  const stop = new AbortController();
  const ended = learner.endEpoch(
    endOf(() => {
      stop.abort(new Error('stopped'));
      return Promise.resolve();
    }, stop.signal),
  );
  await expect(ended).rejects.toThrow('stopped');
  learner.undo(key => rows.get(key));
  expect(learner.model.hash()).toBe(hash);
  expect(learner.model.version.generation).toBe(0);
  expect(learner.served.candidate).toBeUndefined();
  await learner.endEpoch(endOf(() => Promise.resolve()));
  expect(learner.model.hash()).toBe(hash);
});

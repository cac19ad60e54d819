/** A shadow in a thread of its own: the same figures, a live event loop, and an end in every case. */
import { expect, test } from 'vitest';
import { Model, openKernel } from '../../../../src/als/index.ts';
import { figuresOf, trainShadow } from '../../../../src/recommender/generations/shadow/measured.ts';
import { type Observed, Observation } from '../../../../src/recommender/generations/shadow/observed.ts';
import { measureInThread } from '../../../../src/recommender/generations/shadow/thread.ts';
import { Random } from '../../../support/random.ts';

const never = new AbortController().signal;

function setUp() {
  const random = new Random(11);
  const events = Array.from({ length: 240 }, (_, n) => ({
    userId: `u${random.below(20)}`,
    itemId: `i${random.below(30)}`,
    kind: 'rating' as const,
    value: random.between(1, 5),
    time: n,
    eventId: `e${n}`,
  }));
  const model = new Model({ factors: 4, sweeps: 3 });
  model.learn(events.slice(0, 160));
  const observation = new Observation(model, 80);
  observation.meet(events.slice(160));
  return { model, observed: observation.observed };
}

test('another thread comes to the same figures, while this one has its turns', async () => {
  const { model, observed } = setUp();
  using kernel = openKernel();
  const here = figuresOf(trainShadow(model.freeze(model.settings), kernel), observed, kernel);
  const { promise, resolve } = Promise.withResolvers<Observed>();
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const there = measureInThread(1)(model.freeze(model.settings), promise, never);
  setImmediate(() => resolve(observed));
  expect(await there).toEqual(here);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(0);
});

test('it ends where the events are not to come, where it is stopped, and where its thread dies', async () => {
  const { model, observed } = setUp();
  const input = () => model.freeze({ ...model.settings, sweeps: 1_000 });
  const wait = Promise.withResolvers<Observed>();
  const ended = measureInThread(1)(input(), wait.promise, never);
  wait.reject(new Error('nobody comes'));
  await expect(ended).rejects.toThrow('nobody comes');

  const stop = new AbortController();
  const stopped = measureInThread(1)(input(), Promise.resolve(observed), stop.signal);
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');

  const dying = new URL('data:text/javascript,process.exit(3)');
  await expect(measureInThread(1, dying)(input(), Promise.resolve(observed), never)).rejects.toThrow(/code 3/);
});

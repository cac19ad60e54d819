/** Trainings in a thread of their own: the same bits, a live event loop, and an end in every case. */
import { expect, test } from 'vitest';
import { Model } from '../../../src/als/index.ts';
import { trainHere } from '../../../src/recommender/domain/training.ts';
import { Trainer } from '../../../src/recommender/generations/trainer.ts';
import { Random } from '../../support/random.ts';

const settings = { factors: 4, sweeps: 3 };

function learnt(): Model {
  const model = new Model(settings);
  const random = new Random(4);
  model.learn(
    Array.from({ length: 120 }, (_, n) => ({
      userId: `u${random.below(12)}`,
      itemId: `i${random.below(15)}`,
      kind: 'rating' as const,
      value: random.between(1, 5),
      time: n,
      eventId: `e${n}`,
    })),
  );
  return model;
}

const never = new AbortController().signal;
const clock = { sleep: () => Promise.resolve() };

function trainer(entry?: URL) {
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  return { trainer: new Trainer({ threads: 1, clock, warn, ...(entry === undefined ? {} : { entry }) }), warnings };
}

const about = { generation: 1, cause: 'command', trainedAt: 0 } as const;
const dying = new URL('data:text/javascript,process.exit(3)');

test('another thread comes to the same bits, while this one has its turns', async () => {
  const model = learnt();
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const there = await trainer().trainer.train(() => model.freeze(), never);
  clearInterval(ticking);
  const here = await trainHere(() => model.freeze(), about, never);
  expect(there.digest).toBe(here.digest);
  expect(turns).toBeGreaterThan(0);
});

test('a thread that dies is begun again from what is frozen anew, counted, and given up in the end', async () => {
  const model = learnt();
  let frozen = 0;
  const freeze = () => {
    frozen++;
    return model.freeze();
  };
  const { trainer: dead, warnings } = trainer(dying);
  await expect(dead.train(freeze, never)).rejects.toMatchObject({
    code: 'TRAINING_FAILED',
    message: expect.stringMatching(/died 3 times.*ended with code 3/),
  });
  expect({ frozen, failures: dead.failures, warnings: warnings.length }).toEqual({
    frozen: 3,
    failures: 2,
    warnings: 2,
  });
});

test('a training is stopped by its signal, and the next one has its turn', async () => {
  const model = learnt();
  const stop = new AbortController();
  const { trainer: one } = trainer();
  const stopped = one.train(() => model.freeze({ sweeps: 1_000 }), stop.signal);
  const next = one.train(() => model.freeze(), never);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
  expect((await next).generation.users.ids.length).toBe(12);
});

/** Who decides about generations: when one is due, what becomes of a build that nobody finishes, which files may go. */
import { describe, expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { defaultLearner } from '../../../src/recommender/domain/learner.ts';
import { begunControl, type Control, noGeneration } from '../../../src/recommender/domain/control.ts';
import { trainHere } from '../../../src/recommender/domain/training.ts';
import { ask, commandOf, openCommands } from '../../../src/recommender/generations/commands.ts';
import { Controller, type GenerationSettings } from '../../../src/recommender/generations/controller.ts';
import { listGenerations } from '../../../src/recommender/generations/files.ts';
import { listed } from '../../../src/recommender/generations/listed.ts';
import { dueCause } from '../../../src/recommender/generations/triggers.ts';
import { modelVersions, ratings } from '../../../topologies/streams.ts';
import { trainWith } from '../../../topologies/train.ts';
import { memorySnapshots } from '../../support/memory-snapshots.ts';
import { Random } from '../../support/random.ts';
import { settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';

const settings = { ...defaultLearner, model: { factors: 4, sweeps: 2 }, cutEvery: 50 };
const about = { generation: 1, cause: 'command', trainedAt: 0 } as const;
const never = new AbortController().signal;

const events = (count: number, from: number): Rating[] => {
  const random = new Random(from + 1);
  return Array.from({ length: count }, (_, n) =>
    rating({
      eventId: `c${from + n}`,
      userId: `u${random.below(15)}`,
      itemId: `i${random.below(20)}`,
      value: random.between(1, 5),
      time: day + (from + n) * minute,
    }),
  );
};

/** A world whose process has a controller; `restart` is another process on the same ports. */
async function opened(given: Partial<GenerationSettings> = {}) {
  const snapshots = memorySnapshots();
  const warnings: string[] = [];
  let mode: 'train' | 'fail' | 'hang' = 'train';
  const made = (world: World): Controller =>
    new Controller({
      snapshots,
      documents: world.documents,
      clock: world.clock,
      trainer: {
        train: async (freeze, signal) => {
          const input = freeze();
          if (mode === 'fail') throw new Error('no memory');
          if (mode === 'hang') await new Promise(() => {});
          return trainHere(() => input, about, signal);
        },
      },
      settings: { automatic: true, growth: 2, keep: 3, ...given },
      warn: text => void warnings.push(text),
    });
  const world = await World.of([], { maxRecords: 100 });
  world.clock.time = start;
  let controller = made(world);
  const restart = async (learner = settings): Promise<void> => {
    controller = made(world);
    const generations = controller;
    await world.deploy([trainWith(learner, generations)]);
  };
  await restart();
  /** Looks and settles until for so many turns nothing has come of it, and nothing that was asked for is open. */
  const run = async (calm = 25): Promise<void> => {
    for (let quiet = 0, turns = 0; quiet < calm; turns++) {
      if (turns > 2_000) throw new Error('There was no end of it');
      const before = (await world.output(modelVersions)).length;
      await settle(world);
      await controller.look(never);
      await new Promise(resolve => setImmediate(resolve)); // a training and its files have their turns
      const isOver = (await openCommands(world.documents)).length === 0;
      quiet = isOver && (await world.output(modelVersions)).length === before ? quiet + 1 : 0;
    }
  };
  const versions = async () =>
    (await world.output(modelVersions)).map(({ generation, number, cause }) => `${generation}.${number} ${cause}`);
  return { world, snapshots, warnings, restart, run, versions, trainer: (next: typeof mode) => (mode = next) };
}

test('a command is done, and answered in its document', async () => {
  const { world, run, versions } = await opened();
  await world.send(ratings, ...events(120, 0));
  await run();
  await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
  await expect(ask(world.documents, { kind: 'retrain', target: null, now: 6 })).rejects.toMatchObject({
    code: 'COMMAND_PENDING',
  });
  await run();
  expect(await versions()).toEqual(['1.0 growth', '2.0 command']);
  const answered = (await commandOf(world.documents, 'retrain'))?.command;
  expect(answered).toMatchObject({ state: 'done', generation: 2 });
});

test('a build that nobody finishes is begun anew by the next process', async () => {
  const { world, run, restart, versions, trainer } = await opened();
  await world.send(ratings, ...events(120, 0));
  await run();
  // By twice the events another is due. Its begin is taken, and then the process is gone with its training.
  trainer('hang');
  for (let n = 0; n < 4; n++) {
    await world.send(ratings, ...events(40, 120 + n * 40));
    await run(3);
  }
  await run();
  expect((await versions()).at(-1)).toBe('1.4 growth');
  trainer('train');
  await restart();
  await run();
  expect((await versions()).at(-1)).toBe('2.0 growth');
});

test('a training that fails for good is given up, said, and answered', async () => {
  const { world, run, versions, warnings, trainer } = await opened();
  await world.send(ratings, ...events(120, 0));
  await run();
  trainer('fail');
  await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
  await run();
  expect(await versions()).toEqual(['1.0 growth']);
  expect((await commandOf(world.documents, 'retrain'))?.command).toMatchObject({
    state: 'failed',
    message: 'no memory',
  });
  expect(warnings).toEqual(["generation for 'command' was given up: no memory"]);
});

test('other settings begin a generation; one that was chosen as it is stays, whatever its own settings', async () => {
  const { world, run, restart, versions } = await opened();
  await world.send(ratings, ...events(120, 0));
  await run();
  await restart({ ...settings, model: { ...settings.model, factors: 6 } });
  await run();
  expect(await versions()).toEqual(['1.0 growth', '2.0 settings']);
  await ask(world.documents, { kind: 'rollback', target: null, now: 5 });
  await run();
  expect(await versions()).toEqual(['1.0 growth', '2.0 settings', '1.1 rollback']);
});

test('an erasure starts a generation, and those that had learnt from the user go for good', async () => {
  const { world, run, versions, snapshots } = await opened();
  await world.send(ratings, ...events(120, 0));
  await run();
  const [before = ''] = await listGenerations(snapshots);
  await world.send(ratings, rating({ kind: 'erase', userId: 'u1', itemId: '', value: 0, time: day + 300 * minute }));
  await run();
  expect(await versions()).toEqual(['1.0 growth', '1.1 growth', '2.0 erasure']);
  expect(await listGenerations(snapshots)).not.toContain(before);
  await ask(world.documents, { kind: 'rollback', target: null, now: 5 });
  await run();
  expect((await commandOf(world.documents, 'rollback'))?.command).toMatchObject({ state: 'failed' });
});

test('so many generations are kept, never without the live one, and those that a journalled plan adopts', async () => {
  const { world, run, snapshots } = await opened({ keep: 2 });
  await world.send(ratings, ...events(120, 0));
  await run();
  for (let n = 1; n <= 4; n++) {
    await ask(world.documents, { kind: 'retrain', target: null, now: n });
    await run();
  }
  // The first was trained within its epoch: no plan names it. All others are adopted by plans that are still there.
  expect((await listed({ snapshots, documents: world.documents })).map(({ number }) => number)).toEqual([5, 4, 3, 2]);
  await world.documents.journal.trim('train/0', 10_000);
  await ask(world.documents, { kind: 'use', target: '2', now: 9 });
  await run();
  const rows = await listed({ snapshots, documents: world.documents });
  expect(rows.map(({ number, state }) => `${number} ${state}`)).toEqual(['5 retained', '4 retained', '2 live']);
});

describe('a generation is due', () => {
  const live = { ...noGeneration, base: 1, learnt: 1_000, trainedAt: Date.UTC(2026, 0, 1, 12) };
  const control: Control = { ...begunControl, learnt: 1_500, live };
  const now = Date.UTC(2026, 0, 2);
  const calm = { control, isReconfigured: false, automatic: true, growth: 2, schedule: undefined, now, since: 0 };
  test.for([
    ['never by itself', {}, undefined],
    ['with twice the events', { control: { ...control, learnt: 2_000 } }, 'growth'],
    ['with the first hundred events', { control: { ...begunControl, learnt: 100 } }, 'growth'],
    ['not with fewer', { control: { ...begunControl, learnt: 99 } }, undefined],
    [
      'where factors met the end of the grid',
      { control: { ...control, live: { ...live, saturations: 1 } } },
      'saturation',
    ],
    [
      'not again where a coarser grid was no help',
      { control: { ...control, learnt: 1_050, live: { ...live, cause: 'saturation', saturations: 1 } } },
      undefined,
    ],
    ['after an erasure', { control: { ...control, erasedAt: 1 } }, 'erasure'],
    ['not once it has followed', { control: { ...control, erasedAt: 0 } }, undefined],
    ['with other settings', { isReconfigured: true }, 'settings'],
    ['not by growth where that is forbidden', { automatic: false, control: { ...control, learnt: 2_000 } }, undefined],
    ['by an erasure even there', { automatic: false, control: { ...control, erasedAt: 1 } }, 'erasure'],
    ['on schedule', { schedule: '0 18 * * *' }, 'schedule'],
    ['not before', { schedule: '0 6 * * *' }, undefined],
  ] as const)('%s', ([, change, cause]) => {
    expect(dueCause({ ...calm, ...change })).toBe(cause);
  });
});

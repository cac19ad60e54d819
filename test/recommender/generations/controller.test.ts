/** Who decides about generations: when one is due, what becomes of a build that nobody finishes, which files may go. */
import { describe, expect, test } from 'vitest';
import { begunControl, type Control, noGeneration } from '../../../src/recommender/domain/control.ts';
import { ask, commandOf } from '../../../src/recommender/generations/commands.ts';
import { listGenerations } from '../../../src/recommender/generations/files.ts';
import { listed } from '../../../src/recommender/generations/listed.ts';
import { dueCause } from '../../../src/recommender/generations/triggers.ts';
import { ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { events, opened, settings } from './opened.ts';

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
  const calm = {
    control,
    isReconfigured: false,
    hasDrifted: false,
    automatic: true,
    growth: 2,
    schedule: undefined,
    now,
    since: 0,
  };
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
    ['where a shadow found it behind', { hasDrifted: true }, 'drift'],
    ['not for that where it is forbidden', { hasDrifted: true, automatic: false }, undefined],
    ['not by growth where that is forbidden', { automatic: false, control: { ...control, learnt: 2_000 } }, undefined],
    ['by an erasure even there', { automatic: false, control: { ...control, erasedAt: 1 } }, 'erasure'],
    ['on schedule', { schedule: '0 18 * * *' }, 'schedule'],
    ['not before', { schedule: '0 6 * * *' }, undefined],
  ] as const)('%s', ([, change, cause]) => {
    expect(dueCause({ ...calm, ...change })).toBe(cause);
  });
});

/** Who decides about experiments: what is tried out, what waits or is refused meanwhile, and what ends it. */
import { describe, expect, test } from 'vitest';
import { begunControl, type Candidate, noGeneration } from '../../../src/recommender/domain/control.ts';
import { answer, ask, type Asked, commandOf, type CommandKind } from '../../../src/recommender/generations/commands.ts';
import { hasComeAbout } from '../../../src/recommender/generations/decision.ts';
import { readGeneration, writeGeneration } from '../../../src/recommender/generations/files.ts';
import { listed } from '../../../src/recommender/generations/listed.ts';
import { heads } from '../../../src/recommender/generations/retained.ts';
import { dueCause } from '../../../src/recommender/generations/triggers.ts';
import { nothingJudged } from '../../../src/recommender/domain/totals.ts';
import { modelVersions, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { events, opened } from './opened.ts';

/** A first generation, and whoever asks. */
async function begun() {
  const opening = await opened({ keep: 5 });
  const { world, run, snapshots } = opening;
  await world.send(ratings, ...events(120, 0));
  await run();
  let now = 10;
  const commanded = async (kind: CommandKind, given: Partial<Asked> = {}) => {
    await ask(world.documents, { kind, target: null, now: now++, ...given });
    await run();
    return (await commandOf(world.documents, kind))?.command;
  };
  const kept = async () =>
    (await listed({ snapshots, documents: world.documents })).map(
      ({ number, state, share }) => `${number} ${state}${share === null ? '' : ` ${share}`}`,
    );
  const learn = async (count: number, from: number): Promise<void> => {
    await world.send(ratings, ...events(count, from));
    await run();
  };
  const last = async () => (await world.output(modelVersions)).at(-1);
  return { ...opening, commanded, kept, learn, last };
}

type Begun = Awaited<ReturnType<typeof begun>>;

/** Two generations are there, and the second is live. */
async function withTwo(): Promise<Begun> {
  const opening = await begun();
  await opening.commanded('retrain');
  return opening;
}

test('a kept generation is tried out, gets another share, and is promoted', async () => {
  const { commanded, kept, last, learn } = await withTwo();
  expect(await commanded('experiment', { target: '1', share: 0.25 })).toMatchObject({
    state: 'done',
    generation: 1,
    message: expect.stringMatching(/^00000001-\w+ is tried out with 25 % of the users$/),
  });
  expect(await last()).toMatchObject({ generation: 2, candidate: { generation: 1, share: 0.25 } });
  expect(await kept()).toEqual(['2 live', '1 candidate 0.25']);
  await learn(10, 120);
  expect(await commanded('experiment', { target: '1', share: 0.5 })).toMatchObject({ state: 'done' });
  expect(await kept()).toEqual(['2 live', '1 candidate 0.5']);
  expect(await commanded('use', { target: '1' })).toMatchObject({ state: 'done', generation: 1 });
  expect(await last()).toMatchObject({ generation: 1, cause: 'experiment', candidate: null });
  expect(await kept()).toEqual(['2 retained', '1 live']);
});

test('a generation with other settings is trained to be tried out, and its end leaves the live one as it was', async () => {
  const { commanded, kept, last, warnings } = await begun();
  const set = JSON.stringify({ factors: 6 });
  expect(await commanded('retrain', { share: 0.1, set })).toMatchObject({
    state: 'done',
    generation: 2,
    message: expect.stringMatching(/^00000002-\w+ is tried out with 10 % of the users$/),
  });
  expect(await last()).toMatchObject({
    generation: 1,
    hyperParameters: expect.objectContaining({ factors: 4 }),
    candidate: { generation: 2, share: 0.1, hyperParameters: expect.objectContaining({ factors: 6 }) },
  });
  expect(await commanded('stop')).toMatchObject({
    state: 'done',
    message: expect.stringMatching(/^00000002-\w+ is not tried out any more$/),
  });
  expect(await last()).toMatchObject({ generation: 1, candidate: null });
  expect(await kept()).toEqual(['2 retained', '1 live']);
  expect(warnings).toEqual([]);
});

test('an imported generation keeps its number while its share changes', async () => {
  const { commanded, last, snapshots, world } = await withTwo();
  const [second] = await heads(snapshots);
  if (second === undefined) throw new Error('Nothing is kept');
  const { head, users, items } = await readGeneration(snapshots, second.name);
  await writeGeneration(snapshots, { head: { ...head, name: 'import-a', generation: 0, base: 0 }, users, items });
  await commanded('experiment', { target: 'import-a', share: 0.3 });
  await commanded('experiment', { target: 'import-a', share: 0.4 });
  expect(await last()).toMatchObject({ generation: 2, candidate: { generation: 3, share: 0.4 } });
  expect((await world.output(modelVersions)).filter(({ candidate }) => candidate?.generation === 3)).toHaveLength(2);
});

describe('while one is tried out', () => {
  test.for([
    ['retrain', {}],
    ['retrain', { share: 0.5 }],
    ['rollback', {}],
    ['use', { target: '2' }],
    ['experiment', { target: '2', share: 0.5 }],
  ] as const)('%s %o is refused, and says what to do', async ([kind, given]) => {
    const { commanded, last } = await withTwo();
    await commanded('rollback');
    await commanded('retrain', { share: 0.2 });
    expect(await commanded(kind, given)).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(
        /^Generation 3 is tried out with 20 % of the users\. `millrace models stop` ends that, `millrace models use 3`/,
      ),
    });
    expect(await last()).toMatchObject({ generation: 1, candidate: { generation: 3, share: 0.2 } });
  });

  test('no generation begins by itself, and none is measured', async () => {
    const { commanded, learn, versions } = await withTwo();
    await commanded('experiment', { target: '1', share: 0.5 });
    await learn(300, 120);
    expect((await versions()).at(-1)).toMatch(/^2\.\d+ command$/);
    await commanded('stop');
    expect((await versions()).at(-1)).toBe('3.0 growth');
  });

  test('an erasure begins one, which ends it, and takes the files of both with it', async () => {
    const { commanded, world, run, last, kept, warnings } = await withTwo();
    await commanded('experiment', { target: '1', share: 0.5 });
    const erase = rating({ kind: 'erase', userId: 'u1', itemId: '', value: 0, time: day + 300 * minute });
    await world.send(ratings, erase);
    await run();
    expect(await last()).toMatchObject({ generation: 3, cause: 'erasure', candidate: null });
    expect(warnings).toEqual([
      expect.stringMatching(/^the experiment with 00000001-\w+ has ended: 00000003-\w+ is live, for 'erasure'$/),
    ]);
    await world.documents.journal.trim('train/0', 10_000);
    await commanded('retrain');
    expect(await kept()).toEqual(['4 live', '3 retained']);
  });

  test('the next process goes on with it', async () => {
    const { commanded, restart, last, learn } = await withTwo();
    await commanded('experiment', { target: '1', share: 0.5 });
    await restart();
    await learn(10, 120);
    expect(await last()).toMatchObject({ generation: 2, candidate: { generation: 1, share: 0.5 } });
    expect(await commanded('stop')).toMatchObject({ state: 'done' });
  });
});

test.for([
  ['stop', {}, /^No generation is tried out\. `millrace models use N --share S` begins with one$/],
  ['experiment', { target: '9', share: 0.5 }, /^No generation '9' is kept, or it is live\. There are: 2 .*, 1 /],
  ['experiment', { target: '2', share: 0.5 }, /^No generation '2' is kept, or it is live\. There are: /],
] as const)('%s %o is refused where none is tried out', async ([kind, given, message]) => {
  const { commanded } = await withTwo();
  expect(await commanded(kind, given)).toMatchObject({ state: 'failed', message: expect.stringMatching(message) });
});

test('there is nothing to be compared with before the first generation', async () => {
  const { world, run } = await opened();
  await world.send(ratings, ...events(20, 0));
  await run();
  await ask(world.documents, { kind: 'experiment', target: '1', share: 0.5, now: 5 });
  await run();
  const answered = (await commandOf(world.documents, 'experiment'))?.command;
  expect(answered).toMatchObject({ state: 'failed', message: expect.stringMatching(/^There is no generation yet/) });
});

test('a switch that was under way when its process died is done by the next one, and answered by the state', async () => {
  const { world, restart, run, last, commanded } = await withTwo();
  await ask(world.documents, { kind: 'experiment', target: '1', share: 0.5, now: 5 });
  const stored = (await commandOf(world.documents, 'experiment'))?.command;
  if (stored === undefined) throw new Error('Nothing was asked for');
  const name = (await last())?.hash;
  await answer(world.documents, { ...stored, state: 'underway', name: name ?? '', generation: 1 });
  await restart();
  await run();
  expect((await commandOf(world.documents, 'experiment'))?.command).toMatchObject({ state: 'done', generation: 1 });
  expect(await last()).toMatchObject({ candidate: { generation: 1, share: 0.5 } });
  // It was taken, and its process died before it could say so.
  const open = { ...stored, kind: 'use', target: '2', state: 'underway', name: 'gone', generation: 2 } as const;
  const live = { ...noGeneration, name: 'gone' };
  expect(hasComeAbout(open, { ...begunControl, live })).toBe(true);
  expect(await commanded('stop')).toMatchObject({ state: 'done' });
});

test('nothing but an erasure is due while one is tried out', () => {
  const live = { ...noGeneration, base: 1, learnt: 100, trainedAt: 0 };
  const judged = { live: nothingJudged, candidate: nothingJudged };
  const candidate: Candidate = { ...live, generation: 2, share: 0.5, startedAt: 0, judged };
  const control = { ...begunControl, live, candidate, learnt: 1_000 };
  const situation = {
    control,
    isReconfigured: true,
    hasDrifted: true,
    automatic: true,
    growth: 2,
    schedule: '* * * * *',
    now: 1e12,
    since: 0,
  };
  expect(dueCause(situation)).toBeUndefined();
  expect(dueCause({ ...situation, control: { ...control, erasedAt: 1 } })).toBe('erasure');
  expect(dueCause({ ...situation, control: { ...control, candidate: null } })).toBe('growth');
});

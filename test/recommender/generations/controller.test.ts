/** Who decides about generations: when one is due, what becomes of a build that nobody finishes, which files may go. */
import { describe, expect, test } from 'vitest';
import { MillraceError, Unavailable } from '../../../src/errors.ts';
import { begunControl, type Control, noGeneration } from '../../../src/recommender/domain/control.ts';
import { ask, commandOf } from '../../../src/recommender/generations/commands.ts';
import { plainOf, tenantOf } from '../../../src/recommender/domain/tenant.ts';
import { listGenerations, readGeneration, writeGeneration } from '../../../src/recommender/generations/files.ts';
import type { GenerationVector } from '../../../src/recommender/generations/format.ts';
import { listed } from '../../../src/recommender/generations/listed.ts';
import { dueCause } from '../../../src/recommender/generations/triggers.ts';
import { ratings, userVectors } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { events, opened, refusing, settings } from './opened.ts';

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

class Refused extends MillraceError {
  readonly code = 'REFUSED';
}

test.each([
  ['made live', {}, ['1.0 growth', '2.0 command'], /^00000002-\w+ is live$/],
  ['tried out', { share: 0.1 }, ['1.0 growth', '1.1 growth'], /^00000002-\w+ is tried out with 10 % of the users$/],
] as const)('a retrain that is %s is done once, whatever tries its words take', async (_, given, all, words) => {
  const at = await opened();
  await at.world.send(ratings, ...events(120, 0));
  await at.run();
  await ask(at.world.documents, { kind: 'retrain', target: null, now: 5, ...given });
  const tried = refusing(at);
  await at.run();
  expect([...tried]).toEqual(['underway', 'done']);
  expect(await at.versions()).toEqual(all);
  const answered = (await commandOf(at.world.documents, 'retrain'))?.command;
  expect(answered).toMatchObject({ state: 'done', generation: 2, message: expect.stringMatching(words) });
});

describe('a head that cannot be read', () => {
  /** Another process, beside a file that is none: what it tends is due again. */
  async function damaged() {
    const at = await opened();
    await at.world.send(ratings, ...events(120, 0));
    await at.run();
    await at.snapshots.put('generations/broken/generation.avro', [Buffer.from('no container')]);
    await at.restart();
    return at;
  }

  test('is said once, and stops neither what is asked for nor what an erasure is owed', async () => {
    const { world, run, versions, warnings, snapshots } = await damaged();
    await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
    await run();
    expect((await commandOf(world.documents, 'retrain'))?.command).toMatchObject({ state: 'done', generation: 2 });
    await world.send(ratings, rating({ kind: 'erase', userId: 'u1', itemId: '', value: 0, time: day + 300 * minute }));
    await run();
    expect((await versions()).at(-1)).toBe('3.0 erasure');
    expect(warnings).toEqual([
      expect.stringMatching(/^generation broken cannot be read, and is passed over: This is no Avro container/),
    ]);
    expect(await listGenerations(snapshots)).toContain('broken');
  });

  test('lets a run end in order', async () => {
    const { turn, controller } = await damaged();
    await turn();
    await expect(controller().run(AbortSignal.abort(), true)).resolves.toBeUndefined();
  });
});

describe('documents that take nothing in', () => {
  /** The process has read something, and is told to stop before it has tended the files. */
  async function ending(isRefused: (attempt: number) => boolean) {
    const at = await opened();
    await at.world.send(ratings, ...events(120, 0));
    const runner = await at.world.open('train');
    while (await runner.step());
    const { documents } = at.world;
    const put = documents.put.bind(documents);
    let attempt = 0;
    documents.put = async (...given) => {
      if (isRefused(++attempt)) throw new Unavailable('The documents are away', 'Wait');
      return put(...given);
    };
    await at.controller().run(AbortSignal.abort(), false);
    const told = await documents.get({ collection: 'models', partition: 'generations', id: '00000001' });
    return { told: told?.body['state'], warnings: at.warnings };
  }

  test('at first are tried again at the end of a run', async () => {
    expect(await ending(attempt => attempt === 1)).toEqual({ told: 'live', warnings: [] });
  });

  test('at all let a run end in order, and with a warning', async () => {
    expect(await ending(() => true)).toEqual({
      told: undefined,
      warnings: [expect.stringMatching(/^generations, at the end: .*The documents are away/)],
    });
  });

  test('of what became of a build leave a warning, and the build is given up', async () => {
    const { world, run, versions, warnings, trainer } = await opened();
    await world.send(ratings, ...events(120, 0));
    await run();
    trainer('fail');
    await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
    const put = world.documents.put.bind(world.documents);
    world.documents.put = async (key, body, condition) => {
      if (body['state'] === 'failed') throw new Refused('The documents refuse it', 'Allow it');
      return put(key, body, condition);
    };
    await expect(run()).rejects.toThrow('There was no end of it'); // the command is never answered
    expect(await versions()).toEqual(['1.0 growth']);
    expect(warnings).toEqual([
      "generation for 'command' was given up: no memory",
      'the end of a build was not told: The documents refuse it. Allow it',
    ]);
  });
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

describe('a generation from elsewhere, where there are two tenants', () => {
  const of = (tenant: string, from: number) => events(120, from).map(event => ({ ...event, tenant }));

  async function shared() {
    const at = await opened();
    await at.world.send(ratings, ...of('north', 0), ...of('south', 1_000));
    await at.run();
    const vectors = async () => {
      const found = new Map<string, string>();
      for (const { id, factors } of await at.world.output(userVectors)) found.set(id, factors.toString('hex'));
      return found;
    };
    /** Written by another program, which gives its own name to what it has trained: the first generation, in part. */
    const written = async (name: string, isHeld: (id: string) => boolean, idOf = (id: string) => id) => {
      const [first = ''] = await listGenerations(at.snapshots);
      const { head, users, items } = await readGeneration(at.snapshots, first);
      const some = async (all: AsyncIterable<GenerationVector>) => {
        const held: GenerationVector[] = [];
        for await (const vector of all) if (isHeld(vector.id)) held.push({ ...vector, id: idOf(vector.id) });
        return held;
      };
      const content = { users: await some(users), items: await some(items) };
      const counts = { users: content.users.length, items: content.items.length };
      await writeGeneration(at.snapshots, {
        ...content,
        head: { ...head, ...counts, name, generation: 0, engine: 'spark' },
      });
    };
    const use = async (name: string, kind: 'use' | 'experiment' = 'use') => {
      await ask(at.world.documents, { kind, target: name, now: 5, share: kind === 'use' ? null : 0.5 });
      await at.run();
      return (await commandOf(at.world.documents, kind))?.command;
    };
    return { ...at, vectors, written, use };
  }

  test('is taken in for both, by their scoped ids', async () => {
    const { vectors, written, use, versions } = await shared();
    const before = await vectors();
    await written('of-both', () => true);
    expect(await use('of-both')).toMatchObject({ state: 'done', generation: 2 });
    expect((await versions()).at(-1)).toBe('2.0 import');
    expect(await vectors()).toEqual(before);
  });

  test.each([
    ['one of a single tenant', (id: string) => tenantOf(id) === 'north', undefined, /knows no item of 'south'/],
    ['one by plain ids', (id: string) => tenantOf(id) === 'north', plainOf, /knows no item of 'north', 'south'/],
  ] as const)('%s is refused by name, to be live and to be tried out', async (_, isHeld, idOf, words) => {
    const { vectors, written, use, versions } = await shared();
    const [before, told] = [await vectors(), await versions()];
    await written('of-some', isHeld, idOf);
    for (const kind of ['use', 'experiment'] as const)
      expect(await use('of-some', kind)).toMatchObject({ state: 'failed', message: expect.stringMatching(words) });
    expect([await vectors(), await versions()]).toEqual([before, told]);
  });
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

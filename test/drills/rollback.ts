/** A generation that is worse than the one before it was switched in, and is taken back. */
import { isDeepStrictEqual } from 'node:util';
import type { Drill } from './drills.ts';
import { begin, oneCutARequest } from './going-on.ts';
import { documentsIn, listedUsers, listsFrom, portsOf } from './judge.ts';
import type { Stage } from './stage.ts';

export const rollback: Drill = {
  name: 'rollback',
  about:
    'a generation with bad settings was switched in; the one before it comes back with its lists, and forward again',
  on: { transport: ['kafka'], documents: ['cosmos'], snapshots: ['blob'] },
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set(oneCutARequest);
  const life = await stage.prepare('a shop with a model and lists', async () => {
    if (stage.equipment.choice.documents === 'cosmos') await stage.millrace('documents', 'create');
    await begin(stage, 1_000);
    return stage.start('start', '--generate', '0').ready();
  });
  const users = await usersOf(stage);
  const listsNow = (): Promise<Record<string, unknown>> => listsFrom(life.url, users);
  const good = await listsNow();
  const bad = await stage.damage('a generation with settings that fit nobody is trained and switched in', async () => {
    const settings = ['--set', 'factors=1', '--set', 'regularisation.strength=1000'];
    const { generation } = await stage.millrace('retrain', '--share', '50%', ...settings, '--wait');
    await stage.millrace('models', 'use', String(generation), '--wait');
    await life.until('had lists of the new generation alone', () => areOf(stage, 2));
    return listsNow();
  });
  const changed = users.filter(user => !isDeepStrictEqual(bad[user], good[user])).length;
  stage.holds(`${changed} of ${users.length} users have other lists`, changed > users.length / 2);
  await stage.recover('the generation before it is switched in again', () =>
    stage.millrace('models', 'rollback', '--wait'),
  );
  await stage.check('all lists are those of before', async () => {
    await life.until('had lists of the former generation alone', () => areOf(stage, 1));
    stage.same('lists of the users', await listsNow(), good);
  });
  await stage.check('forward again, and all lists are those of the other', async () => {
    await stage.millrace('models', 'use', '2', '--wait');
    await life.until('had lists of the other generation alone', () => areOf(stage, 2));
    stage.same('lists of the users', await listsNow(), bad);
    await life.stop();
  });
}

async function usersOf(stage: Stage): Promise<string[]> {
  await using ports = await portsOf(stage);
  return await listedUsers(ports);
}

/** Whether the documents hold lists of this generation alone. */
async function areOf(stage: Stage, generation: number): Promise<boolean> {
  await using ports = await portsOf(stage);
  const lists = await documentsIn(ports, 'recommendations');
  return lists.every(({ body }) => body['generation'] === generation);
}

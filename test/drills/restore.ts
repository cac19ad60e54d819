/** The machine is gone, and with it the local state: another one goes on from the snapshots. */
import type { Drill } from './drills.ts';
import { afterMore, begin, judge, oneCutARequest, rated, through } from './going-on.ts';
import { listedUsers, listsFrom, portsOf } from './judge.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

const seed = 12;

export const restore: Drill = {
  name: 'restore',
  about: 'the local state is lost; tasks come back from their snapshots, say so, and go on as if nothing had been',
  on: { snapshots: ['blob'] },
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set(oneCutARequest);
  const shop = new Shop('restore', seed, Date.now());
  await stage.prepare('a shop whose tasks have left snapshots', async () => {
    await begin(stage, 1_000);
    await rated(stage, shop, 100);
  });
  await stage.damage('it goes on, is killed, and its local state is lost', async () => {
    const life = await stage.start('start', '--generate', '0').ready();
    const events = shop.drawn(100);
    await shop.send(() => life.url, events);
    await through(stage, life, shop.ids(events));
    await life.kill();
    await stage.copy('undisturbed');
    stage.equipment.loseState(stage.data);
  });
  const undisturbed = await stage.besides('undisturbed', () =>
    stage.check('what becomes of it where nothing is lost', () => afterMore(stage, shop.twin())),
  );
  await stage.check('lists are served meanwhile', () => listsAreServed(stage));
  await stage.recover('it is started where nothing is', async () => {
    const life = await stage.start('start', '--generate', '0').ready();
    for (const task of ['intake/0', 'train/0', 'recommend/0']) {
      const told = new RegExp(`^.*task\\.restored.*${task}.*$`, 'm').exec(life.said)?.[0];
      stage.holds(
        told ?? `${task} says where it has its state from`,
        told?.includes('from its snapshot of epoch') === true,
      );
    }
    await life.stop();
  });
  await stage.check('it goes on as the undisturbed one does', async () =>
    judge(stage, await afterMore(stage, shop), undisturbed),
  );
}

/** By a process that needs no state. */
export async function listsAreServed(stage: Stage): Promise<Record<string, unknown>> {
  await using ports = await portsOf(stage);
  const users = await listedUsers(ports);
  const life = await stage.start('serve').ready();
  const lists = await listsFrom(life.url, users);
  await life.stop();
  stage.holds(`each of ${users.length} users gets a personal list`, users.length > 0 && isPersonal(lists));
  return lists;
}

const isPersonal = (lists: Readonly<Record<string, unknown>>): boolean =>
  Object.values(lists).every(list => Array.isArray(list) && list[0] === 'personal');

/** State and snapshots are lost, and the journal reaches back to the snapshots alone: everything is computed anew from the log. */
import type { Drill } from './drills.ts';
import { begin, judgeAccount, rated } from './going-on.ts';
import { accountOf, listedUsers, listsFrom, miscounted, outcomeIn, portsOf } from './judge.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

const seed = 14;

export const rebuild: Drill = {
  name: 'rebuild',
  about:
    'local state and snapshots are lost; lists are served meanwhile, and a replay over the log computes all of it anew',
  on: { transport: ['kafka'], snapshots: ['blob'] },
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set({ MILLRACE_PARTITIONS: '2' });
  const shop = new Shop('rebuild', seed, Date.now());
  await stage.prepare(
    'a shop whose tasks have left two snapshots each, so that journals begin at the first',
    async () => {
      await begin(stage, 1_000);
      await rated(stage, shop, 100);
      await rated(stage, shop, 100);
    },
  );
  const undisturbed = await stage.prepare('what the whole log comes to, where nothing is lost', async () =>
    outcomeIn(await stage.millrace('replay', '--into', 'undisturbed')),
  );
  await stage.damage('local state and snapshots are lost', async () => {
    stage.equipment.loseState(stage.data);
    await stage.equipment.loseSnapshots(stage.data);
  });
  const server = await stage.check('tasks refuse to begin, and lists are served', async () => {
    const refused = await stage.tried('run', '--until-caught-up');
    stage.same('exit code', refused.code, 1);
    stage.holds('it names the way out', refused.said.includes('millrace replay --into NAME --switch'));
    return stage.start('serve').ready();
  });
  await using main = await portsOf(stage);
  const users = await listedUsers(main);
  const before = await listsFrom(server.url, users);
  stage.same('users with a list', Object.keys(before).length, users.length);
  const outcome = await stage.recover('everything is computed anew from the log, and switched in', async () =>
    outcomeIn(await stage.millrace('replay', '--into', 'rebuilt', '--switch')),
  );
  await stage.check('it is what the undisturbed one comes to, and what is served', async () => {
    stage.same('events, model and lists', outcome, undisturbed);
    await using ports = await portsOf(stage);
    stage.same('the namespace that is served', ports.namespace, 'rebuilt');
    judgeAccount(stage, await accountOf(ports, shop.sent));
    stage.same('items whose windows count wrongly', await miscounted(ports), []);
    const listed = await listedUsers(ports);
    const second = await stage.start('serve').ready();
    const expected = JSON.stringify(await listsFrom(second.url, listed));
    await server.until(
      'served the lists of the namespace',
      async () => JSON.stringify(await listsFrom(server.url, listed)) === expected,
    );
    stage.saw('the server that ran all the time serves them too');
    await second.stop();
    await server.stop();
  });
  await stage.check('it goes on', async () => {
    await rated(stage, shop, 50);
    await using ports = await portsOf(stage);
    judgeAccount(stage, await accountOf(ports, shop.sent));
  });
}

/** All documents are lost, and with them the journals: everything is computed anew from the log, beside what is left. */
import type { Drill } from './drills.ts';
import { begin, judgeAccount, through } from './going-on.ts';
import { accountOf, miscounted, type Outcome, outcomeIn, portsOf } from './judge.ts';
import { listsAreServed } from './restore.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

const seed = 13;
const erased = 'u1';

export const documents: Drill = {
  name: 'documents',
  about: 'documents and journals are lost; nothing goes on on wrong state, and a replay brings back what the log holds',
  on: { transport: ['kafka'], documents: ['cosmos'], snapshots: ['blob'] },
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set({ MILLRACE_PARTITIONS: '2', MILLRACE_SERVING_LIST_KEY: 'the same for all servers' });
  const shop = new Shop('documents', seed, Date.now());
  await stage.prepare('a shop whose customers rate, order, and leave', async () => {
    if (stage.equipment.choice.documents === 'cosmos') await stage.millrace('documents', 'create');
    await begin(stage, 1_000);
    const life = await stage.start('start', '--generate', '0').ready();
    const events = shop.drawn(100);
    await shop.send(() => life.url, events);
    await order(life.url);
    await through(stage, life, shop.ids(events));
    await life.stop();
    await stage.millrace('users', 'erase', erased);
    await stage.millrace('run', '--until-caught-up');
  });
  const undisturbed = await stage.prepare('what the whole log comes to, where nothing is lost', async () =>
    outcomeIn(await stage.millrace('replay', '--into', 'undisturbed')),
  );
  await stage.damage('all documents are lost, journals and leases among them', async () => {
    await stage.equipment.loseDocuments(stage.data);
    if (stage.equipment.choice.documents === 'cosmos') await stage.millrace('documents', 'create');
  });
  await stage.check('nobody goes on on wrong state', () => isRefused(stage));
  const outcome = await stage.recover('everything is computed anew from the log, and switched in', async () =>
    outcomeIn(await stage.millrace('replay', '--into', 'again', '--switch')),
  );
  await stage.check('it is what the undisturbed one comes to', () => isBack(stage, shop, outcome, undisturbed));
  await stage.check('it goes on: what is rated now is learnt', async () => {
    const life = await stage.start('start', '--generate', '0').ready();
    const events = shop.drawn(50);
    await shop.send(() => life.url, [...shop.again(50), ...events]);
    await through(stage, life, shop.ids(events));
    await life.stop();
    await using ports = await portsOf(stage);
    judgeAccount(stage, await accountOf(ports, shop.sent));
  });
}

async function order(url: string): Promise<void> {
  const body = JSON.stringify({ userId: 'u2', lines: [{ itemId: '7', quantity: 1 }] });
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'drill-order' };
  const answer = await fetch(`${url}/v2/orders`, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`POST /v2/orders: ${answer.status} ${await answer.text()}`);
}

/** With its checkpoints a task knows more than its journal; without them the log does. */
async function isRefused(stage: Stage): Promise<void> {
  const withState = await stage.tried('run', '--until-caught-up');
  stage.same('exit code of who has the local state', withState.code, 1);
  stage.holds('it names the way out', withState.said.includes('millrace replay --into NAME --switch'));
  const doctor = await stage.tried('doctor');
  stage.same('exit code of the doctor', doctor.code, 1);
  stage.equipment.loseState(stage.data);
  await stage.equipment.loseSnapshots(stage.data);
  const without = await stage.tried('run', '--until-caught-up');
  stage.same('exit code of who has lost that too', without.code, 1);
  stage.holds('it says what the log holds of a former life', without.said.includes('but its journal ends at epoch 0'));
  stage.holds('it names the same way out', without.said.includes('millrace replay --into NAME --switch'));
}

async function isBack(stage: Stage, shop: Shop, outcome: Outcome, undisturbed: Outcome): Promise<void> {
  stage.same('events, model and lists', outcome, undisturbed);
  await using ports = await portsOf(stage);
  stage.same('the namespace that is served', ports.namespace, 'again');
  judgeAccount(stage, await accountOf(ports, shop.sent));
  stage.same('items whose windows count wrongly', await miscounted(ports), []);
  const lists = await listsAreServed(stage);
  stage.holds('who was erased has no list', !(erased in lists) || !JSON.stringify(lists[erased]).includes('personal'));
  const orders = await ports.documents.list({ collection: 'orders', limit: 10 });
  stage.same('orders in the documents, which only a backup brings back', orders.length, 0);
}

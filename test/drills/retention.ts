/** Retention has passed, and then state and snapshots are lost: only what Capture has kept brings back what the log no longer holds. */
import { join } from 'node:path';
import { z } from 'zod';
import { captureTopic } from '../support/capture.ts';
import type { Drill } from './drills.ts';
import { begin, judgeAccount, rated, through } from './going-on.ts';
import { accountOf, countedIn, miscounted, outcomeIn, portsOf, windowsIn } from './judge.ts';
import { listsAreServed } from './restore.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';
import { age, goneBefore } from './time.ts';

const seed = 17;
const hour_ms = 3_600_000;
/** What the hub of a shop keeps beside its log: everything that comes from outside. */
const captured = ['ratings', 'items', 'exposures'];
/** Events that stay in the log; all others are older than its retention in the end. */
const young = 50;

export const retention: Drill = {
  name: 'retention',
  about:
    'the log no longer holds what state and snapshots held; the doctor has warned, nothing goes on on half of it, and Capture brings it back',
  on: {},
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set({ MILLRACE_PARTITIONS: '2', MILLRACE_RETENTION_DAYS: '1' });
  const capture = stage.call(join(stage.folder, 'captured'), 'captured/');
  const shop = new Shop('retention', seed, Date.now());
  await stage.prepare('a shop whose newest snapshots lack its newest events, and whose hubs are captured', async () => {
    await begin(stage, 1_000);
    await rated(stage, shop, 100);
    await rated(stage, shop, 100);
    await ratedAndKilled(stage, shop, 100);
    await using ports = await portsOf(stage);
    for (const topic of captured) await captureTopic(capture, ports.transport, topic);
    age(stage, 8 * hour_ms);
  });
  await stage.check('eight hours later the doctor warns: a quarter of the retention has passed', () => isWarned(stage));
  await stage.copy('heeded');
  await stage.besides('heeded', () =>
    stage.check('who does as it says loses nothing', () => heeded(stage, shop.twin())),
  );
  const undisturbed = await stage.prepare('nobody does; some more events come', async () => {
    await ratedAndKilled(stage, shop, young);
    await stage.copy('undisturbed');
    return stage.besides('undisturbed', () => wholeOf(stage));
  });
  await stage.damage('a day later retention removes the old events, and the local state is lost', () =>
    lost(stage, hour_ms),
  );
  await stage.check('nothing goes on on half of it, and lists are served', () => isRefused(stage));
  await stage.check('the log alone brings back what it still holds, and says what is gone', () => poorer(stage, shop));
  const outcome = await stage.recover('what was captured and what the log holds are computed anew together', async () =>
    outcomeIn(await stage.millrace('replay', '--into', 'whole', '--capture', capture, '--switch')),
  );
  await stage.check('it is what the whole log came to, where nothing was removed', async () => {
    stage.same('events, model and lists', outcome, undisturbed.outcome);
    await using ports = await portsOf(stage);
    stage.same('the namespace that is served', ports.namespace, 'whole');
    judgeAccount(stage, await accountOf(ports, shop.sent));
    stage.same('items whose windows count wrongly', await miscounted(ports, undisturbed.counted), []);
    await listsAreServed(stage);
  });
  await stage.check('it goes on', async () => {
    await goesOn(stage, shop);
    await using ports = await portsOf(stage);
    judgeAccount(stage, await accountOf(ports, shop.sent));
  });
}

/** A process that ends so leaves no snapshot. */
async function ratedAndKilled(stage: Stage, shop: Shop, count: number): Promise<void> {
  const life = await stage.start('start', '--generate', '0').ready();
  const events = shop.drawn(count);
  await shop.send(() => life.url, events);
  await through(stage, life, shop.ids(events));
  await life.kill();
}

const warning = /newest snapshots of .*train\/0.* are older than a quarter of the retention/;

async function isWarned(stage: Stage): Promise<void> {
  const doctor = await stage.tried('doctor');
  stage.same('exit code of the doctor', doctor.code, 1);
  const told = JSON.stringify(doctor.result);
  stage.holds('it names the tasks', warning.test(told));
  stage.holds('it says what to do', told.includes('end the worker in order'));
}

/** The worker is ended in order; then retention passes, and the local state is lost: snapshots are enough. */
async function heeded(stage: Stage, shop: Shop): Promise<void> {
  const life = await stage.start('start', '--generate', '0').ready();
  await life.stop();
  const doctor = await stage.tried('doctor');
  stage.holds('the doctor no longer warns', !warning.test(JSON.stringify(doctor.result)));
  await lost(stage, 0);
  const restored = await stage.tried('run', '--until-caught-up');
  stage.same('exit code of who goes on from snapshots', restored.code, 0);
  stage.holds('tasks say so', /train\/0.*from its snapshot of epoch/.test(restored.said));
  await goesOn(stage, shop);
}

/** What is rated now is counted, once, and so is what was rated before. */
async function goesOn(stage: Stage, shop: Shop): Promise<void> {
  await using ports = await portsOf(stage);
  const counts = new Map(await windowsIn(ports));
  const life = await stage.start('start', '--generate', '0').ready();
  const events = shop.drawn(young);
  await shop.send(() => life.url, [...shop.again(young), ...events]);
  await life.stop();
  await stage.millrace('run', '--until-caught-up');
  for (const { itemId } of events) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  stage.same('items whose windows then count wrongly', await miscounted(ports, counts), []);
}

/** What the log comes to that nothing was removed from. */
async function wholeOf(stage: Stage) {
  const outcome = outcomeIn(await stage.millrace('replay', '--into', 'undisturbed'));
  await using ports = await portsOf(stage);
  return { outcome, counted: await countedIn(ports) };
}

/** What is older than so long turns two days older; a process that runs removes it, as it does each minute. */
async function lost(stage: Stage, olderThan_ms: number): Promise<void> {
  age(stage, 48 * hour_ms, olderThan_ms);
  const life = stage.start('run');
  await using ports = await portsOf(stage);
  await life.until('had applied the retention', () => goneBefore(ports, captured));
  await life.kill();
  stage.equipment.loseState(stage.data);
}

const wayOut = 'millrace replay --into NAME --switch';

async function isRefused(stage: Stage): Promise<void> {
  const old = await stage.tried('run', '--until-caught-up');
  stage.same('exit code of who has old snapshots', old.code, 1);
  stage.holds('it says that the log no longer reaches back to them', old.said.includes('"code":"OFFSET_OUT_OF_RANGE"'));
  stage.holds('it names the way out, and Capture', old.said.includes(`${wayOut}\`, with \`--capture FOLDER\``));
  stage.equipment.loseState(stage.data); // which it has restored from the snapshots
  await stage.equipment.loseSnapshots(stage.data);
  const without = await stage.tried('run', '--until-caught-up');
  stage.same('exit code of who has none', without.code, 1);
  stage.holds('it says that nothing reaches its journal', without.said.includes('"code":"INCOMPATIBLE_STATE"'));
  stage.holds('it names the way out', without.said.includes(wayOut));
  await listsAreServed(stage);
}

const Plan = z.object({ sources: z.array(z.object({ topic: z.string(), from: z.int(), gone: z.int() })) });

/** A replay without Capture: it is whole in itself, and it is not the shop that was. */
async function poorer(stage: Stage, shop: Shop): Promise<void> {
  const { sources } = Plan.parse(await stage.millrace('replay', '--into', 'poorer', '--dry-run'));
  const ofRatings = sources.filter(({ topic }) => topic === 'ratings');
  const areGone = ofRatings.every(({ from, gone }) => gone > 0 && from === gone);
  stage.holds(`before it begins it says what is gone: ${JSON.stringify(ofRatings)}`, ofRatings.length > 0 && areGone);
  const outcome = outcomeIn(await stage.millrace('replay', '--into', 'poorer'));
  stage.same(`of ${shop.sent.length} events and those before them come back`, outcome.accepted, young);
}

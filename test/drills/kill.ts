/** The process is killed in the middle of epochs, while people rate. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Graph } from '../../src/engine/graph.ts';
import type { Ports } from '../../src/app/compose.ts';
import { topologies } from '../../topologies/index.ts';
import { accountOf, isLearnt, miscounted, outcomeIn, pictureOf, portsOf } from './judge.ts';
import type { Drill } from './drills.ts';
import type { Life } from './life.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

const seed = 11;
const kills = 3;
const mostRounds = 12;
const inRound = 100;

/** When the model has grown enough is decided beside the log, by moments that two runs do not share. */
const byTheLogAlone = { MILLRACE_MODEL_GENERATIONS_AUTOMATIC: 'false' };

export const kill: Drill = {
  name: 'kill',
  about: 'the process is killed in the middle of epochs under load; nothing is lost, nothing counts twice',
  on: {},
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set(byTheLogAlone);
  // One partition, so that a request is one cut of the model for whoever reads it.
  await stage.prepare('a shop with a model of 2,000 ratings', async () => {
    await stage.millrace('generate', '--count', '2000', '--rate', '0', '--partitions', '1');
    await stage.millrace('run', '--until-caught-up', '--partitions', '1');
  });
  const since = Date.now();
  const shop = new Shop('kill', seed, since);
  const killed = await killedWhileRated(stage, shop);
  const calm = await stage.besides('undisturbed', () =>
    undisturbed(stage, new Shop('kill', seed, since), killed.rounds),
  );
  await stage.check('what the killed one holds is what the undisturbed one holds', async () => {
    const outcome = outcomeIn(await stage.millrace('run', '--until-caught-up'));
    await using ports = await portsOf(stage);
    stage.same('events, each once', await accountOf(ports, shop.sent), {
      sent: killed.rounds * inRound,
      lost: 0,
      doubled: 0,
      deadLetters: 0,
    });
    stage.same('items whose windows count wrongly', await miscounted(ports), []);
    stage.same('model and lists of the undisturbed run', outcome, calm.outcome);
    stage.same('documents of the undisturbed run', await pictureOf(ports), calm.picture);
  });
}

/** Rates, kills and starts again, until so many kills have met an epoch that was open. */
async function killedWhileRated(stage: Stage, shop: Shop): Promise<{ readonly rounds: number }> {
  const start = () => stage.start('start', '--generate', '0');
  let life = await stage.prepare('it runs', () => start().ready());
  let [met, rounds] = [0, 0];
  for (; met < kills; rounds++) {
    if (rounds === mostRounds) throw new Error(`${rounds} kills met an open epoch ${met} times only`);
    const events = shop.drawn(inRound);
    const sending = shop.send(() => life.url, events);
    const left = await stage.damage('SIGKILL in the middle of an epoch', async () => {
      const open = await killInEpoch(stage, life);
      stage.saw(open === undefined ? 'killed between two epochs' : `killed in the middle of ${open.join(', ')}`);
      return open;
    });
    if (left !== undefined) met++;
    life = await stage.recover('it is started again', () => start().ready());
    await stage.check('every acknowledged event is learnt', async () => {
      await sending;
      await using ports = await portsOf(stage);
      await life.until('had learnt the round', () =>
        isLearnt(
          ports,
          events.map(({ eventId }) => eventId),
        ),
      );
    });
  }
  await life.stop();
  return { rounds };
}

/** The same rounds, in the same order, and nobody kills. */
async function undisturbed(stage: Stage, shop: Shop, rounds: number) {
  return stage.check(`the same ${rounds} rounds where nothing is killed`, async () => {
    const life = await stage.start('start', '--generate', '0').ready();
    for (let round = 0; round < rounds; round++) {
      const events = shop.drawn(inRound);
      await shop.send(() => life.url, events);
      await using ports = await portsOf(stage);
      await life.until('had learnt the round', () =>
        isLearnt(
          ports,
          events.map(({ eventId }) => eventId),
        ),
      );
    }
    await life.stop();
    const outcome = outcomeIn(await stage.millrace('run', '--until-caught-up'));
    await using ports = await portsOf(stage);
    return { outcome, picture: await pictureOf(ports) };
  });
}

/** How long it hunts for an open epoch; of a round that was worked off before, the next one brings more. */
const hunt_ms = 20_000;

/**
 * Lets it stand still again and again, and looks: where the journal has a plan that no checkpoint has, it is in the
 * middle of that epoch and is killed there. Answers the tasks that were; undefined where none was caught.
 */
async function killInEpoch(stage: Stage, life: Life): Promise<readonly string[] | undefined> {
  await using ports = await portsOf(stage);
  const tasks = await tasksIn(ports);
  using checkpoints = new DatabaseSync(join(stage.data, 'state.db'), { readOnly: true });
  const head = checkpoints.prepare('SELECT epoch FROM heads WHERE task = ?');
  const before = await epochsOf(ports, tasks);
  for (const end = performance.now() + hunt_ms; performance.now() < end; await setTimeout(1)) {
    life.freeze();
    const planned = await epochsOf(ports, tasks);
    const open = tasks.filter(task => (planned.get(task) ?? 0) > Number(head.get(task)?.['epoch'] ?? 0));
    const isOfRound = open.length > 0 && tasks.some(task => (planned.get(task) ?? 0) > (before.get(task) ?? 0));
    if (isOfRound) {
      await life.kill();
      return open;
    }
    life.thaw();
  }
  await life.kill();
  return undefined;
}

async function tasksIn({ transport }: Ports): Promise<string[]> {
  const partitions = new Map((await transport.topics()).map(({ topic, partitions: count }) => [topic, count]));
  return new Graph(topologies, partitions).topologies.flatMap(({ name, tasks }) =>
    Array.from({ length: tasks }, (_, partition) => `${name}/${partition}`),
  );
}

/** Of the newest plan of each task. */
async function epochsOf({ documents }: Ports, tasks: readonly string[]): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  for (const task of tasks) epochs.set(task, (await documents.journal.head(task))?.epoch ?? 0);
  return epochs;
}

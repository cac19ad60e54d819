/** The process is killed in the middle of epochs, while people rate. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Ports } from '../../src/app/compose.ts';
import { graphOf, portsOf } from './judge.ts';
import { begin, judge, oneCutARequest, type State, stateOf, through } from './going-on.ts';
import type { Drill } from './drills.ts';
import type { Life } from './life.ts';
import { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

const seed = 11;
const kills = 3;
const mostRounds = 12;
const inRound = 100;

export const kill: Drill = {
  name: 'kill',
  about: 'the process is killed in the middle of epochs under load; nothing is lost, nothing counts twice',
  on: {},
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set(oneCutARequest);
  await stage.prepare('a shop with a model of 1,000 ratings', () => begin(stage, 1_000));
  const since = Date.now();
  const shop = new Shop('kill', seed, since);
  const rounds = await killedWhileRated(stage, shop);
  const undisturbed = await stage.besides('undisturbed', () =>
    stage.check(`the same ${rounds} rounds where nothing is killed`, () =>
      calm(stage, new Shop('kill', seed, since), rounds),
    ),
  );
  await stage.check('what the killed one holds is what the undisturbed one holds', async () =>
    judge(stage, await stateOf(stage, shop), undisturbed),
  );
}

/** Rates, kills and starts again, until so many kills have met an epoch that was open; answers after how many rounds. */
async function killedWhileRated(stage: Stage, shop: Shop): Promise<number> {
  const start = () => stage.start('start', '--generate', '0');
  let life = await stage.prepare('it runs', async () => {
    // The copy in which nothing is killed begins where this one does.
    await stage.copy('undisturbed');
    return start().ready();
  });
  let [met, rounds] = [0, 0];
  for (; met < kills; rounds++) {
    if (rounds === mostRounds) throw new Error(`${rounds} kills met an open epoch ${met} times only`);
    const events = shop.drawn(inRound);
    const sending = shop.send(() => life.url, events);
    const open = await stage.damage('SIGKILL in the middle of an epoch', () => killInEpoch(stage, life));
    stage.saw(open === undefined ? 'it was between two epochs' : `it was in the middle of ${open.join(', ')}`);
    if (open !== undefined) met++;
    life = await stage.recover('it is started again', () => start().ready());
    await stage.check('every acknowledged event goes through', async () => {
      await sending;
      await through(stage, life, shop.ids(events));
    });
  }
  await life.stop();
  return rounds;
}

/** The same rounds, in the same order, and nobody kills. */
async function calm(stage: Stage, shop: Shop, rounds: number): Promise<State> {
  const life = await stage.start('start', '--generate', '0').ready();
  for (let round = 0; round < rounds; round++) {
    const events = shop.drawn(inRound);
    await shop.send(() => life.url, events);
    await through(stage, life, shop.ids(events));
  }
  await life.stop();
  return stateOf(stage, shop);
}

/** How long it hunts for an open epoch; of a round that was worked off before, the next one brings more. */
const hunt_ms = 20_000;

/**
 * Lets it stand still again and again, and looks: where the journal has a plan that no checkpoint has, it is in the
 * middle of that epoch and is killed there. Answers the tasks that were; undefined where none was caught.
 */
async function killInEpoch(stage: Stage, life: Life): Promise<readonly string[] | undefined> {
  await using ports = await portsOf(stage);
  const tasks = (await graphOf(ports)).topologies.flatMap(({ name, tasks: count }) =>
    Array.from({ length: count }, (_, partition) => `${name}/${partition}`),
  );
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

/** Of the newest plan of each task. */
async function epochsOf({ documents }: Ports, tasks: readonly string[]): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  for (const task of tasks) epochs.set(task, (await documents.journal.head(task))?.epoch ?? 0);
  return epochs;
}

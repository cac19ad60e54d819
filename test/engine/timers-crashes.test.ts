/** A crash at each moment of every epoch of a task with timers, judged by what timers are over the whole input. */
import { expect, test } from 'vitest';
import { steps } from '../../src/engine/epoch.ts';
import { TimersPlay } from '../simulation/plays/timers.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

/** Answers true once for every epoch of a task: who crashes at the same point each time never gets on. */
function oncePerEpoch(): (task: string, epoch: number) => boolean {
  const seen = new Set<string>();
  return (task, epoch) => {
    const before = seen.size;
    return seen.add(`${task} ${epoch}`).size > before;
  };
}

test.for(moments)('a crash %s %s of every epoch changes nothing that timers tell', async ([moment, step]) => {
  const random = new Random(11);
  const play = new TimersPlay(random);
  const world = await World.of(play.topologies, { partitions: topic => play.partitions(topic), maxRecords: 20 });
  world.clock.time = 1_700_000_000_000;
  const first = oncePerEpoch();
  let crashes = 0;
  world.observer = {
    step: (task, name, when) => {
      if (name !== step || when !== moment || !first(task.id, task.epoch)) return;
      crashes++;
      throw new Crash();
    },
  };
  for (let turn = 0; turn < 12; turn++) {
    for (let n = 0; n < 4; n++) {
      await play.send(world);
      world.clock.time += random.below(60);
    }
    await settle(world, () => (turn % 4 === 3 ? { store: World.emptyStore() } : {}));
  }
  await play.close(world);
  await settle(world);
  await play.check(world);
  expect(crashes).toBeGreaterThan(10);
});

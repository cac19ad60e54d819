/** A world whose process decides about generations, for the tests of whoever does. */
import type { Rating } from '../../../schemas/types.ts';
import { Unavailable } from '../../../src/errors.ts';
import type { TaskRunner } from '../../../src/engine/runner.ts';
import { defaultLearner } from '../../../src/recommender/domain/learner.ts';
import { trainHere } from '../../../src/recommender/domain/training.ts';
import { openCommands } from '../../../src/recommender/generations/commands.ts';
import { Controller, type GenerationSettings } from '../../../src/recommender/generations/controller.ts';
import type { Measure } from '../../../src/recommender/generations/shadow/thread.ts';
import { modelVersions } from '../../../topologies/streams.ts';
import { trainWith } from '../../../topologies/train.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { Random } from '../../support/random.ts';
import { World } from '../../support/world.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';

export const settings = { ...defaultLearner, model: { factors: 4, sweeps: 2 }, cutEvery: 50 };
const about = { generation: 1, cause: 'command', trainedAt: 0 } as const;
const never = new AbortController().signal;

export const events = (count: number, from: number): Rating[] => {
  const random = new Random(from + 1);
  return Array.from({ length: count }, (_, n) =>
    rating({
      eventId: `c${from + n}`,
      userId: `u${random.below(15)}`,
      itemId: `i${random.below(20)}`,
      value: random.between(1, 5),
      time: day + (from + n) * minute,
    }),
  );
};

const measuresNothing: Measure = () => Promise.reject(new Error('nothing is to be measured here'));

/** A world whose process has a controller; `restart` is another process on the same ports. */
export async function opened(given: Partial<GenerationSettings> = {}, measure: Measure = measuresNothing) {
  const snapshots = memorySnapshots();
  const warnings: string[] = [];
  let mode: 'train' | 'fail' | 'hang' = 'train';
  const made = (world: World): Controller =>
    new Controller({
      snapshots,
      documents: world.documents,
      clock: world.clock,
      trainer: {
        train: async (freeze, signal) => {
          const input = freeze();
          if (mode === 'fail') throw new Error('no memory');
          if (mode === 'hang') await new Promise(() => {});
          return trainHere(() => input, about, signal);
        },
      },
      measure,
      settings: {
        automatic: true,
        growth: 2,
        keep: 3,
        shadow: { everyEvents: 0, judgeEvents: 1 },
        drift: 0.01,
        ...given,
      },
      warn: text => void warnings.push(text),
    });
  const world = await World.of([], { maxRecords: 100 });
  world.clock.time = start;
  let controller = made(world);
  let runner: TaskRunner | undefined;
  const restart = async (learner = settings): Promise<void> => {
    controller = made(world);
    runner = undefined;
    const generations = controller;
    await world.deploy([trainWith(learner, generations)]);
  };
  await restart();
  /** The task works until it has nothing to do, and its controller looks. */
  const turn = async (): Promise<void> => {
    runner ??= await world.open('train');
    while (await runner.step());
    await controller.look(never);
    await new Promise(resolve => setImmediate(resolve)); // a training and its files have their turns
  };
  /** Turns until for so many nothing has come of it, and nothing that was asked for is open. */
  const run = async (calm = 25): Promise<void> => {
    for (let quiet = 0, turns = 0; quiet < calm;) {
      // While a training has its turns, which take as long as the machine lets them, none of ours counts.
      if (!controller.isBuilding && ++turns > 2_000) throw new Error('There was no end of it');
      const before = (await world.output(modelVersions)).length;
      await turn();
      const isOver = (await openCommands(world.documents)).length === 0 && (mode === 'hang' || !controller.isBuilding);
      quiet = isOver && (await world.output(modelVersions)).length === before ? quiet + 1 : 0;
    }
  };
  const versions = async () =>
    (await world.output(modelVersions)).map(({ generation, number, cause }) => `${generation}.${number} ${cause}`);
  return {
    world,
    snapshots,
    warnings,
    restart,
    turn,
    run,
    versions,
    controller: () => controller,
    trainer: (next: typeof mode) => (mode = next),
  };
}

/** Takes nothing in at the first try of each state of a command; answers what was tried. */
export function refusing({
  world: { documents },
}: Pick<Awaited<ReturnType<typeof opened>>, 'world'>): ReadonlySet<unknown> {
  const tried = new Set<unknown>();
  const put = documents.put.bind(documents);
  documents.put = async (key, body, condition) => {
    if (key.partition !== 'commands' || tried.has(body['state'])) return put(key, body, condition);
    tried.add(body['state']);
    throw new Unavailable('The documents are away', 'Wait');
  };
  return tried;
}

import { expect, test } from 'vitest';
import { firstSeeds } from './plays/index.ts';
import { runWorlds } from './run-worlds.ts';
import { simulateWorld } from './simulation.ts';

/** The same each time, so that an unchanged tree has an unchanged answer; `npm run simulate` takes others. */
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
const epochs = 100_000;

test(`${epochs} epochs of chance leave the outputs of a run in which nothing ever failed (MILLRACE_SEED=${seed})`, async () => {
  const toll = await runWorlds(seed, epochs);
  const counts = Object.entries(toll).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`simulated: ${counts.join(', ')}\n`);
  expect(toll.epochs).toBeGreaterThanOrEqual(epochs);
  // A simulation in which nothing goes wrong would prove nothing.
  const { upgrades, refused, ...mishaps } = toll;
  for (const count of Object.values(mishaps)) expect(count).toBeGreaterThan(epochs / 200);
  for (const count of [upgrades, refused]) expect(count).toBeGreaterThan(epochs / 10_000);
});

test.for([...firstSeeds])('a seed repeats a world of %s to the last duplicate', async ([, world]) => {
  const [first, second] = [await simulateWorld(world, 100), await simulateWorld(world, 100)];
  expect(second).toEqual(first);
});

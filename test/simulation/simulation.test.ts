import { expect, test } from 'vitest';
import { runWorlds } from './run-worlds.ts';
import { simulateWorld } from './simulation.ts';

const given = process.env['MILLRACE_SEED'];
/** Another one each day, so that chance gets on; the name of a failing test tells it. */
const seed = given === undefined ? Math.floor(Date.now() / 86_400_000) * 1_000 : Number(given);
const epochs = 100_000;

test(`${epochs} epochs of chance leave the outputs of a run in which nothing ever failed (MILLRACE_SEED=${seed})`, async () => {
  const toll = await runWorlds(seed, epochs);
  const counts = Object.entries(toll).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`simulated: ${counts.join(', ')}\n`);
  expect(toll.epochs).toBeGreaterThanOrEqual(epochs);
  // A simulation in which nothing goes wrong would prove nothing.
  for (const count of Object.values(toll)) expect(count).toBeGreaterThan(epochs / 200);
});

test('a seed repeats a world to the last duplicate', async () => {
  const [first, second] = [await simulateWorld(seed, 100), await simulateWorld(seed, 100)];
  expect(second).toEqual(first);
});

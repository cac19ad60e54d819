import { expect, test } from 'vitest';
import { simulateCrews, type Toll } from './simulation.ts';

/** The same each time; `MILLRACE_SEED` takes others, and is told where a world is wrong. */
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
const worlds = 40;
const turnsPerWorld = 150;

test(`${worlds} worlds of workers that come, go, die and freeze have the outputs of an undisturbed run (MILLRACE_SEED=${seed})`, async () => {
  const total = await tollOf({});
  // A simulation in which nothing goes wrong would prove nothing.
  for (const name of names.filter(each => each !== 'refused')) expect(total[name]).toBeGreaterThan(worlds / 2);
});

test(`and so have ${worlds} in which they are updated meanwhile, and some set back (MILLRACE_SEED=${seed})`, async () => {
  const total = await tollOf({ updated: true });
  // Who was fenced is counted of those who are there at the end, and then the former ones have gone.
  for (const name of names.filter(each => each !== 'fenced')) expect(total[name]).toBeGreaterThan(worlds / 4);
});

const names = ['turns', 'joins', 'leaves', 'deaths', 'frozen', 'fenced', 'faults', 'refused'] as const;

async function tollOf(how: { readonly updated?: boolean }): Promise<Toll> {
  const total: Toll = { turns: 0, joins: 0, leaves: 0, deaths: 0, frozen: 0, fenced: 0, faults: 0, refused: 0 };
  for (let world = seed; world < seed + worlds; world++) {
    const toll = await simulateCrews(world, turnsPerWorld, how).catch((error: unknown) => {
      throw new Error(`World ${world} is wrong; it alone: MILLRACE_SEED=${world}`, { cause: error });
    });
    for (const name of names) total[name] += toll[name];
  }
  process.stdout.write(`simulated crews: ${names.map(name => `${total[name]} ${name}`).join(', ')}\n`);
  return total;
}

test('a seed repeats a world', async () => {
  expect(await simulateCrews(seed, 60)).toEqual(await simulateCrews(seed, 60));
});

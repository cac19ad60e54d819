import { noToll, type Toll } from './chaos.ts';
import { simulateWorld } from './simulation.ts';

/** Epochs of one world: long enough for several crashes and takeovers, short enough that a failure can be read. */
const epochsPerWorld = 200;

/** The seeds are the words of one: the first world has it itself, so a failing world can be run alone. */
export async function runWorlds(seed: number, epochs: number, tell: (toll: Toll) => void = () => {}): Promise<Toll> {
  const total = noToll();
  for (let world = seed; total.epochs < epochs; world++) {
    const toll = await simulateWorld(world, Math.min(epochsPerWorld, epochs - total.epochs)).catch((error: unknown) => {
      throw new Error(`World ${world} is wrong; it alone: MILLRACE_SEED=${world}`, { cause: error });
    });
    for (const name of names) total[name] += toll[name];
    tell(total);
  }
  return total;
}

const names = [
  'epochs',
  'replayed',
  'crashes',
  'takeovers',
  'stalls',
  'fenced',
  'faults',
  'duplicates',
  'forgotten',
  'upgrades',
  'refused',
] as const satisfies readonly (keyof Toll)[];

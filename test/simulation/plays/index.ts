/** What is played: a play of its own is one line here. */
import type { Random } from '../../support/random.ts';
import { CallsPlay } from './calls.ts';
import { EvolutionPlay } from './evolution.ts';
import { JoinsPlay } from './joins.ts';
import type { Play } from './play.ts';
import { ShopPlay } from './shop.ts';
import { StatesPlay } from './states.ts';
import { TablesPlay } from './tables.ts';
import { TimersPlay } from './timers.ts';

type Make = (random: Random) => Play;

const plays: Readonly<Record<string, Make>> = {
  joins: random => new JoinsPlay(random),
  calls: random => new CallsPlay(random),
  evolution: random => new EvolutionPlay(random),
  timers: random => new TimersPlay(random),
  tables: random => new TablesPlay(random),
  states: random => new StatesPlay(random),
};

/** Worlds of an odd seed are given to the shop, in which most can go wrong, the others to the plays in turn. */
export function playOf(seed: number, random: Random): Play {
  const others = Object.values(plays);
  const make = seed % 2 === 0 ? others[(seed / 2) % others.length] : undefined;
  return make?.(random) ?? new ShopPlay(random);
}

/** The least seed of a world of each play, by its name. */
export const firstSeeds: ReadonlyMap<string, number> = new Map([
  ['shop', 1],
  ...Object.keys(plays).map((name, n) => [name, 2 * (n === 0 ? Object.keys(plays).length : n)] as const),
]);

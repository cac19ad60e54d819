/** What the demo sends and where it kills: all of it follows from the seed and the bundled ratings. */
import { join } from 'node:path';
import type { Rating } from '../../schemas/types.ts';
import { readBundled } from '../../src/recommender/jobs/import/bundled.ts';
import { Random } from '../../src/testing/random.ts';
import { root } from '../results.ts';

export interface DemoSettings {
  readonly kills: number;
  readonly seed: number;
  /** Ratings of the bundled data, the oldest ones. */
  readonly ratings: number;
}

/** Events that are sent at once. */
export interface Round {
  /** In the order in which they are sent; some stand there twice. */
  readonly events: readonly Rating[];
  /** Those that have to count, each once. */
  readonly sound: readonly Rating[];
  /** Those that have to end as dead letters, each once. */
  readonly bad: readonly Rating[];
  /** When the process is killed that works on it; in some rounds never. */
  readonly kill: Kill | undefined;
}

/** A moment of a round: this long after so much was written as this share of what the undisturbed run had written. */
export interface Kill {
  readonly share: number;
  readonly delayMs: number;
  /** The disk goes with the process: local state is lost, log and documents are not. */
  readonly losesState: boolean;
}

/** With its flaws less than a writer holds back: a round is one append. */
const mostInRound = 500;
const repeated = 0.02;
const spoilt = 0.02;
const disksLost = 0.2;
const longestDelayMs = 60;
/** Off the scale: no event of the bundled data has it. */
const badValue = 11;

/** As many rounds as kills, or more: in each there is one at most. */
export async function planOf({ kills, seed, ratings }: DemoSettings): Promise<readonly Round[]> {
  const random = new Random(seed);
  const count = Math.max(kills, Math.ceil(ratings / mostInRound));
  const all = await oldest(ratings);
  const killed = new Set(random.shuffled(Array.from({ length: count }, (_, n) => n)).slice(0, kills));
  return Array.from({ length: count }, (_, n) => {
    const sound = all.slice(Math.round((n * all.length) / count), Math.round(((n + 1) * all.length) / count));
    return { ...withFlaws(sound, random), sound, kill: killed.has(n) ? drawn(random) : undefined };
  });
}

const drawn = (random: Random): Kill => ({
  share: random.unit(),
  delayMs: random.below(longestDelayMs),
  losesState: random.chance(disksLost),
});

/** Some are sent twice, some are followed by one that is worth nothing. */
function withFlaws(sound: readonly Rating[], random: Random): Pick<Round, 'events' | 'bad'> {
  const bad: Rating[] = [];
  const events = sound.flatMap(event => {
    const sent = [event];
    if (random.chance(repeated)) sent.push(event);
    if (random.chance(spoilt)) {
      const worthless = { ...event, eventId: `${event.eventId}-bad`, value: badValue };
      bad.push(worthless);
      sent.push(worthless);
    }
    return sent;
  });
  return { events, bad };
}

/** Plain objects, in order of event time. */
async function oldest(count: number): Promise<Rating[]> {
  const { signal } = new AbortController();
  const reject = (): never => {
    throw new Error('The bundled data hold a rating that is not sound');
  };
  const { ratings } = await readBundled(join(root, 'data'), { now: Date.now(), signal, reject });
  const found: Rating[] = [];
  for await (const rating of ratings) {
    if (found.length === count) break;
    found.push({ ...rating });
  }
  return found;
}

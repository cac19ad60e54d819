/** Random search by successive halving: many trials on few users, the best of them on more, the last ones on all. */
import type { ModelSettings } from '../../../als/index.ts';
import { EvaluateInput } from '../evaluate/errors.ts';
import { split as divided, type Protocol } from '../evaluate/protocols.ts';
import { Grouped } from '../evaluate/grouped.ts';
import { rowNumbers, type Ratings } from '../evaluate/ratings.ts';
import type { Split } from '../evaluate/split.ts';
import { eta, ofUsers, sharesOf } from './rungs.ts';
import { drawnSettings, tunedOf } from './space.ts';
import { type Candidate, goals, inOrderOf, type Trial, tried, type Trying } from './trial.ts';

export interface SearchOptions extends Trying {
  /** What the search may see: nothing of the test is in it. */
  readonly before: Ratings;
  /** How that is divided once more, into what is learnt and what validates. */
  readonly protocol: Protocol;
  readonly holdOut: number;
  /** Trials in all; trial 0 is `base`. */
  readonly budget: number;
  readonly seed: number;
  /** Whether to begin no further trial: asked before each. */
  readonly ended: () => boolean;
  readonly told: (trial: Trial, left: number) => void;
}

export interface Searched {
  /** Each trial as it was judged last. */
  readonly trials: readonly Trial[];
  /** The greatest share of the users that trial 0 and at least one other were judged on. */
  readonly share: number;
  /** Whether it ended before the budget was used. */
  readonly cut: boolean;
}

/** @throws {EvaluateInput} if there is too little to validate by */
export async function search(options: SearchOptions): Promise<Searched> {
  const { before, base, kernel, budget, seed, ended, told } = options;
  const split = validated(options);
  const users = new Grouped(rowNumbers(before.users.length), before.users, before.userIds.length).present().length;
  const last = new Map<number, Trial>();
  let candidates = candidatesOf(seed, budget, base);
  for (const share of sharesOf(users, budget)) {
    const part = ofUsers(split, share, seed);
    const rung: Trial[] = [];
    for (const [index, candidate] of candidates.entries()) {
      await turn();
      if (ended()) return searched(last, true);
      const trial = tried(candidate, part, { share, base, kernel });
      rung.push(trial);
      last.set(trial.number, trial);
      told(trial, candidates.length - index - 1);
    }
    candidates = survivors(rung);
  }
  return searched(last, false);
}

function validated({ before, protocol, holdOut, seed }: SearchOptions): Split {
  const split = divided(before, protocol, { seed, holdOut });
  if (split.train.length > 0 && split.test.length > 0) return split;
  throw new EvaluateInput(
    `${before.users.length} ratings before the test are too few for the protocol ${protocol}`,
    'Give more ratings',
  );
}

function candidatesOf(seed: number, budget: number, base: ModelSettings): Candidate[] {
  return Array.from({ length: budget }, (_, number) => ({
    number,
    settings: number === 0 ? tunedOf(base) : drawnSettings(seed, number),
  }));
}

/** The best third by either goal, and trial 0, beside which the others are told. */
function survivors(rung: readonly Trial[]): Candidate[] {
  const many = Math.ceil(rung.length / eta);
  const best = new Set(goals.flatMap(goal => rung.toSorted(inOrderOf(goal)).slice(0, many)));
  return rung.filter(trial => trial.number === 0 || best.has(trial));
}

function searched(last: ReadonlyMap<number, Trial>, cut: boolean): Searched {
  const trials = [...last.values()];
  const shares = trials.filter(({ number }) => number > 0).map(({ share }) => share);
  const reached = Math.min(last.get(0)?.share ?? 0, Math.max(0, ...shares));
  return { trials, share: reached, cut };
}

/** Lets signals and timers have their turn: a trial itself holds the thread. */
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Rivals' hyper-parameters, drawn as Millrace's are: as many trials each, judged on validation data before the test. */
import { z } from 'zod';
import { drawn } from '../../../src/recommender/jobs/evaluate/draw.ts';
import { judge } from '../../../src/recommender/jobs/evaluate/judge.ts';
import type { Split } from '../../../src/recommender/jobs/evaluate/split.ts';
import { trainingInput } from '../../../src/recommender/jobs/evaluate/training-input.ts';
import { type UserFigures, userFigures } from '../../../src/recommender/jobs/evaluate/user-figures.ts';
import { Rival, RivalFolder, type RivalName } from './rival.ts';
import { VectorContestant } from './vectors.ts';

/** Hyper-parameters by the names of a rival's driver. */
export type Drawn = Readonly<Record<string, string | number>> & {
  readonly factors: number;
  readonly iterations: number;
};

/** Even by the logarithm, as in `millrace tune`. */
const chances = (seed: number, name: RivalName, trial: number) => {
  const chance = (what: string): number => drawn(seed, name, trial, what) / 2 ** 48;
  const oneOf = <T>(what: string, values: readonly [T, ...T[]]): T =>
    values[Math.floor(chance(what) * values.length)] ?? values[0];
  const strength = (what: string, least: number, most: number): number =>
    Number((least * (most / least) ** chance(what)).toPrecision(2));
  return { oneOf, strength };
};

/** Those of its constructor; a rating counts as `weights`, which is nearest to what it expects. */
const implicitDefaults: Drawn = {
  factors: 100,
  regularisation: 0.01,
  unobserved: 1,
  iterations: 15,
  feedback: 'weights',
  solver: 'cg',
};

/** `implicit`: trial 0 is its default; the others as wide as Millrace's, and it may take any of three readings of a rating. */
export function implicitDrawn(seed: number, trial: number): Drawn {
  if (trial === 0) return implicitDefaults;
  const { oneOf, strength } = chances(seed, 'implicit', trial);
  return {
    factors: oneOf('factors', [8, 16, 32, 64, 96, 128]),
    regularisation: strength('regularisation', 0.01, 200),
    unobserved: strength('unobserved', 0.02, 4),
    iterations: oneOf('iterations', [5, 10, 15, 20]),
    feedback: oneOf('feedback', ['weights', 'all', 'liked']),
    solver: oneOf('solver', ['cg', 'cholesky']),
  };
}

/** Spark's explicit ALS, for stars; trial 0 is its default. */
export function sparkDrawn(seed: number, trial: number): Drawn {
  if (trial === 0) return { model: 'explicit', factors: 10, regularisation: 0.1, iterations: 10 };
  const { oneOf, strength } = chances(seed, 'spark', trial);
  return {
    model: 'explicit',
    factors: oneOf('factors', [4, 8, 16, 32, 64]),
    regularisation: strength('regularisation', 0.02, 0.8),
    iterations: oneOf('iterations', [5, 10, 15]),
  };
}

/** A rival on what one split learns. */
export class Fitting implements AsyncDisposable {
  readonly #name: RivalName;
  readonly #split: Split;
  readonly #input: ReturnType<typeof trainingInput>;
  readonly #folder: RivalFolder;
  readonly rival: Rival;

  constructor(name: RivalName, split: Split, threads: number) {
    this.#name = name;
    this.#split = split;
    this.#input = trainingInput(split.ratings, split.train, {});
    this.#folder = new RivalFolder(this.#input);
    this.rival = new Rival(name, this.#folder, threads);
  }

  async worth(settings: Drawn, seed: number): Promise<UserFigures> {
    const request = { ...settings, seed, losses: false, out: this.#folder.file('fitted') };
    await this.rival.ask(z.unknown(), 'fit', request);
    const left = this.#name === 'implicit' ? `fitted-${settings.iterations}` : 'fitted';
    const vectors = this.#folder.vectors(left, settings.factors);
    const contestant = new VectorContestant(vectors, this.#input, this.#split, { estimates: this.#name === 'spark' });
    return userFigures(judge(contestant, this.#split));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rival[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

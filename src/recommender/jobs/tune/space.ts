/** What is searched, and in which bounds. */
import type { ModelSettings } from '../../../als/index.ts';
import { drawn } from '../evaluate/draw.ts';

/** Hyper-parameters that decide how good a generation is. What decides how it is kept up to date is not searched. */
export type Tuned = Pick<ModelSettings, 'factors' | 'regularisation' | 'unobservedWeight' | 'sweeps' | 'explicit'>;

/** Those of any settings. */
export const tunedOf = ({ factors, regularisation, unobservedWeight, sweeps, explicit }: Tuned): Tuned => ({
  factors,
  regularisation,
  unobservedWeight,
  sweeps,
  explicit,
});

/**
 * Settings that a seed draws for a trial. Strengths are drawn evenly by their logarithm, since what matters is how many
 * times as strong they are. Source: J. Bergstra, Y. Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 2012.
 */
export function drawnSettings(seed: number, trial: number): Tuned {
  const chance = (name: string): number => drawn(seed, 'tune', trial, name) / 2 ** 48;
  const oneOf = <T>(name: string, values: readonly [T, ...T[]]): T =>
    values[Math.floor(chance(name) * values.length)] ?? values[0];
  const strength = (name: string, least: number, most: number): number =>
    rounded(least * (most / least) ** chance(name));
  return {
    factors: oneOf('factors', [8, 16, 32, 64, 96, 128]),
    regularisation: {
      strength: strength('strength', 0.003, 10),
      frequencyExponent: oneOf('frequencyExponent', [0, 0.5, 1]),
    },
    unobservedWeight: strength('unobservedWeight', 0.02, 4),
    sweeps: oneOf('sweeps', [4, 8, 12, 16]),
    explicit: {
      factors: oneOf('explicit.factors', [4, 8, 16, 32, 64]),
      regularisation: strength('explicit.regularisation', 0.01, 1),
      biasRegularisation: strength('explicit.biasRegularisation', 0.005, 0.5),
      prior: strength('explicit.prior', 0.5, 50),
    },
  };
}

/** Two digits: nobody could tell more of them apart. */
const rounded = (value: number): number => Number(value.toPrecision(2));

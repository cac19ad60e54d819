import { InvalidSettings } from './errors.ts';
import { kinds, type Kind, type Scale } from './interaction.ts';
import { checkWeights, defaultWeights, type WeightTable } from './weights.ts';

/**
 * How strongly a row is held at zero: strength * (n + unobservedWeight * N)^exponent, where n events are the row's own
 * and N rows are on the other side. Source: S. Rendle, W. Krichene, L. Zhang, Y. Koren, "Revisiting the Performance of
 * iALS on Item Recommendation Benchmarks", RecSys 2022, section 3. Only exponents that need no `pow`.
 */
export interface Regularisation {
  readonly strength: number;
  readonly frequencyExponent: 0 | 0.5 | 1;
}

/** Which rows are solved again although no event touched them. */
export interface Refresh {
  /** How far a row's neighbours have to move, in grid steps weighted by 1/sqrt(n + 1), before it counts as stale. */
  readonly threshold: number;
  /** Budget: rows for each event of a cut. 0 refreshes nothing. */
  readonly rowsPerEvent: number;
}

/** Rows with so many events that to sum them up each time costs more than to keep their sums. */
export interface Heavy {
  /** From how many events on a row is heavy. */
  readonly events: number;
  /** What the sums of each side may take; the vectors do not depend on it. */
  readonly cache_bytes: number;
}

/** The model of the stars: global mean, a bias for each user and item, and factors. */
export interface ExplicitSettings {
  readonly factors: number;
  /** Strength for each event of the row, as in ALS-WR (Zhou et al., AAIM 2008), plus `prior` events. */
  readonly regularisation: number;
  readonly biasRegularisation: number;
  readonly prior: number;
}

export interface ModelSettings {
  /** k, the factors of a vector of the implicit model: 1 to 128. */
  readonly factors: number;
  readonly regularisation: Regularisation;
  /** alpha0, the weight of the preference 0 that every pair of user and item has, events or not. */
  readonly unobservedWeight: number;
  /** Factors are integers in units of 2^-exponent, one for each side: 4 to 14. */
  readonly gridExponent: { readonly users: number; readonly items: number };
  readonly seed: number;
  readonly weights: WeightTable;
  readonly refresh: Refresh;
  readonly heavy: Heavy;
  readonly explicit: ExplicitSettings;
  /** Sweeps over both sides of a generation that names no number of its own. */
  readonly sweeps: number;
  readonly scale: Scale;
  /** Kinds that make an item seen: it is not recommended to that user again. */
  readonly seen: readonly Kind[];
}

/** Chosen on validation data that precedes the test, on two sets of different skew: docs/decisions/0047 has the figures. */
export const defaultSettings: ModelSettings = {
  factors: 32,
  regularisation: { strength: 0.4, frequencyExponent: 0.5 },
  unobservedWeight: 0.5,
  gridExponent: { users: 10, items: 10 },
  seed: 1,
  weights: defaultWeights,
  refresh: { threshold: 8, rowsPerEvent: 1 },
  heavy: { events: 4096, cache_bytes: 64 << 20 },
  explicit: { factors: 16, regularisation: 0.1, biasRegularisation: 0.1, prior: 20 },
  sweeps: 16,
  scale: { min: 0.5, max: 5 },
  seen: ['rating', 'order', 'return'],
};

/**
 * The settings of a live generation: what made its vectors comes from the generation; how it is kept up, and what may be
 * listed, from the configuration, at once. What else is configured waits for the next generation.
 */
export function liveSettings(configured: ModelSettings, generation: ModelSettings): ModelSettings {
  const { refresh, heavy, sweeps, scale, seen } = configured;
  return { ...generation, refresh, heavy, sweeps, scale, seen };
}

/** Fills what is not given with the defaults. @throws {InvalidSettings} */
export function modelSettings(given: Partial<ModelSettings> = {}): ModelSettings {
  const settings = { ...defaultSettings, ...given };
  const { regularisation, gridExponent, refresh, explicit, scale } = settings;
  requireInteger('factors', settings.factors, 1, 128);
  requireInteger('explicit.factors', explicit.factors, 1, 127);
  requireInteger('gridExponent.users', gridExponent.users, 4, 14);
  requireInteger('gridExponent.items', gridExponent.items, 4, 14);
  requireInteger('seed', settings.seed, 0, 0xffffffff);
  requireInteger('sweeps', settings.sweeps, 1, 1000);
  requireNumber('regularisation.strength', regularisation.strength, 1e-6, 1e6);
  requireOne('regularisation.frequencyExponent', regularisation.frequencyExponent, [0, 0.5, 1]);
  requireNumber('unobservedWeight', settings.unobservedWeight, 0, 1e3);
  requireNumber('refresh.threshold', refresh.threshold, 0, 1e9);
  requireNumber('refresh.rowsPerEvent', refresh.rowsPerEvent, 0, 1e6);
  requireInteger('heavy.events', settings.heavy.events, 1, 0x7fffffff);
  requireInteger('heavy.cache_bytes', settings.heavy.cache_bytes, 0, 1e12);
  requireNumber('explicit.regularisation', explicit.regularisation, 1e-6, 1e6);
  requireNumber('explicit.biasRegularisation', explicit.biasRegularisation, 1e-6, 1e6);
  requireNumber('explicit.prior', explicit.prior, 1e-6, 1e6);
  requireNumber('scale.min', scale.min, 1 / 1024, 15);
  requireNumber('scale.max', scale.max, scale.min, 15);
  for (const kind of settings.seen) requireOne('seen', kind, kinds);
  checkWeights(settings.weights);
  return settings;
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  requireNumber(name, value, least, most);
  if (!Number.isInteger(value)) throw new InvalidSettings(`${name} is ${value}`, 'Give an integer');
}

function requireNumber(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw new InvalidSettings(`${name} is ${value}`, `Give a number from ${least} to ${most}`);
}

function requireOne<T>(name: string, value: T, allowed: readonly T[]): void {
  if (!allowed.includes(value))
    throw new InvalidSettings(`${name} is ${String(value)}`, `Give one of ${allowed.join(', ')}`);
}

import type { ModelSettings } from './settings.ts';
import { confidenceSteps } from './weights.ts';

/**
 * What a row's diagonal gets in the implicit model, in the units of its exact sums (1/16 steps of confidence, squared
 * grid steps of the other side): strength * (n + alpha0 N)^exponent, where n are the row's events and N the other side's rows.
 */
export function implicitDiagonal(
  settings: Pick<ModelSettings, 'regularisation' | 'unobservedWeight'>,
  events: number,
  others: number,
  otherUnit: number,
): number {
  const { regularisation, unobservedWeight } = settings;
  const frequency = events + unobservedWeight * others;
  return strengthOf(regularisation, frequency) * confidenceSteps * otherUnit * otherUnit;
}

/** Strength of the regularisation of a row with this frequency. */
export function strengthOf(
  { strength, frequencyExponent }: ModelSettings['regularisation'],
  frequency: number,
): number {
  if (frequencyExponent === 0) return strength;
  return strength * (frequencyExponent === 1 ? frequency : Math.sqrt(frequency));
}

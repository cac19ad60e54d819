import { InvalidSettings } from './errors.ts';
import { kinds, type Kind } from './interaction.ts';

/** Confidences are integers in units of 1/16, so that weighted sums are exact. */
export const confidenceSteps = 16;
/** Keeps a weighted product of two factors under 2^42: two thousand such events still sum exactly. */
const maxConfidence = 1 << 12;

/** What a kind with a value of at least `atLeast` says, unless a rule with a greater `atLeast` also fits. */
export interface WeightRule {
  readonly kind: Exclude<Kind, 'return'>;
  readonly atLeast: number;
  /** Whether the user wants the item. */
  readonly preference: 0 | 1;
  /** In 1/16 steps, one for each age bucket, youngest first. 0 says nothing. */
  readonly confidence: readonly number[];
}

/**
 * How (kind, value, age) become preference and confidence. A value under all rules of its kind says nothing.
 * `ageBounds_ms` ascend; an event is in bucket j while j bounds are at most its age, counted to the newest event learnt.
 */
export interface WeightTable {
  readonly ageBounds_ms: readonly number[];
  readonly rules: readonly WeightRule[];
}

/** What one user's events with one item come to. */
export interface Weight {
  readonly preference: 0 | 1;
  /** In 1/16 steps; 0 if they say nothing. */
  readonly confidence: number;
}

export const silent: Weight = { preference: 0, confidence: 0 };

const stars = (atLeast: number, preference: 0 | 1, confidence: number): WeightRule => ({
  kind: 'rating',
  atLeast,
  preference,
  confidence: [confidence * confidenceSteps],
});

/**
 * One and two stars are a dislike with confidence 2; three, four and five a preference with 1.5, 2 and 3. Half stars
 * lie between their neighbours; 2.5 lies under the middle of the scale, so it is a dislike, but a weak one.
 */
export const defaultWeights: WeightTable = {
  ageBounds_ms: [],
  rules: [
    stars(0.5, 0, 2),
    stars(2.5, 0, 1),
    stars(3, 1, 1.5),
    stars(3.5, 1, 1.75),
    stars(4, 1, 2),
    stars(4.5, 1, 2.5),
    stars(5, 1, 3),
    { kind: 'order', atLeast: 0, preference: 1, confidence: [2 * confidenceSteps] },
    { kind: 'view', atLeast: 0, preference: 1, confidence: [confidenceSteps / 2] },
  ],
};

/** The bucket of an age in milliseconds. */
export function ageBucket({ ageBounds_ms }: WeightTable, age_ms: number): number {
  let bucket = 0;
  while (bucket < ageBounds_ms.length && age_ms >= (ageBounds_ms[bucket] ?? Infinity)) bucket++;
  return bucket;
}

/** What one event says, by the rule of its kind with the greatest `atLeast` that its value reaches. */
export function weigh(table: WeightTable, kind: Kind, value: number, age_ms: number): Weight {
  let best: WeightRule | undefined;
  for (const rule of table.rules)
    if (rule.kind === kind && rule.atLeast <= value && (best === undefined || rule.atLeast > best.atLeast)) best = rule;
  if (best === undefined) return silent;
  return { preference: best.preference, confidence: best.confidence[ageBucket(table, age_ms)] ?? 0 };
}

/** @throws {InvalidSettings} */
export function checkWeights({ ageBounds_ms, rules }: WeightTable): void {
  const ascending = ageBounds_ms.every((bound, n) => bound > (ageBounds_ms[n - 1] ?? 0) && Number.isFinite(bound));
  if (!ascending) refuse('Age bounds do not ascend from above 0', 'Sort them, in milliseconds');
  const known = new Set<string>();
  for (const { kind, atLeast, preference, confidence } of rules) {
    const name = `${kind} from ${atLeast}`;
    if (!kinds.includes(kind) || !Number.isFinite(atLeast) || known.has(name))
      refuse(`The rule of ${name} is given twice or of no use`, 'Give each kind and finite value one rule');
    known.add(name);
    if (confidence.length !== ageBounds_ms.length + 1)
      refuse(`The rule of ${name} has ${confidence.length} confidences`, 'Give one for each age bucket');
    if (![0, 1].includes(preference) || !confidence.every(isConfidence))
      refuse(
        `The rule of ${name} is off the grid`,
        `Preference is 0 or 1, confidences 0 to ${maxConfidence} sixteenths`,
      );
  }
}

const isConfidence = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= maxConfidence;

function refuse(what: string, remedy: string): never {
  throw new InvalidSettings(what, remedy);
}

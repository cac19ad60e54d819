/** How many stars somebody would give an item: by the published vectors, or by what less is known. */
import type { Millis } from '../../stream/time.ts';
import { dot } from '../../als/index.ts';
import { fromBytes } from '../domain/vectors.ts';
import { UnknownItem } from './errors.ts';
import type { ItemDirectory, ShownItem } from './items.ts';
import type { StarsDocument, Stored } from './stored.ts';

/** What the estimate is made of: both sides, one of them, the mean of all ratings, or nothing. */
export const estimateReasons = ['personal', 'item', 'user', 'mean', 'unknown'] as const;

export interface Estimate extends ShownItem {
  /** Within the scale; null where the model knows no ratings at all. */
  readonly stars: number | null;
  readonly reason: (typeof estimateReasons)[number];
  readonly modelVersion: string | null;
  readonly generatedAt: string | null;
  readonly ageMs: Millis | null;
}

export interface EstimateParts {
  readonly stored: Stored;
  readonly items: ItemDirectory;
  readonly clock: { now(): Millis };
}

const scale = { min: 0.5, max: 5 };

/**
 * mean + b_user + b_item + x . y, held within the scale. A side that has no vector in the live generation says nothing:
 * vectors of two generations do not meet.
 * Source: Y. Koren, R. Bell, C. Volinsky, "Matrix Factorization Techniques for Recommender Systems", IEEE Computer 2009.
 * @throws {UnknownItem}
 */
export async function estimateOf({ stored, items, clock }: EstimateParts, user: string, itemId: string) {
  const [model, x, y] = [
    await stored.model(),
    await stored.starsOf('userVectors', user),
    await stored.starsOf('itemVectors', itemId),
  ];
  if (y === undefined && (await items.get(itemId)) === undefined) throw new UnknownItem();
  const shown = (await items.shown())(itemId);
  if (model?.meanStars === undefined)
    return { ...shown, stars: null, reason: 'unknown', modelVersion: null, generatedAt: null, ageMs: null } as const;
  const [own, its] = [x, y].map(side => (side?.generation === model.generation ? side : undefined));
  const estimate = model.meanStars + (own?.bias ?? 0) + (its?.bias ?? 0) + productOf(own, its);
  const answer: Estimate = {
    ...shown,
    stars: Math.min(scale.max, Math.max(scale.min, estimate)),
    reason: reasonOf(own, its),
    modelVersion: `${model.generation}.${model.number}`,
    generatedAt: new Date(model.time).toISOString(),
    ageMs: Math.max(0, clock.now() - model.time),
  };
  return answer;
}

function productOf(x: StarsDocument | undefined, y: StarsDocument | undefined): number {
  if (x === undefined || y === undefined) return 0;
  return dot(factorsOf(x), factorsOf(y)) / 2 ** (x.starExponent + y.starExponent);
}

const factorsOf = ({ starFactors }: StarsDocument): Int16Array => fromBytes(Buffer.from(starFactors, 'base64'));

function reasonOf(x: StarsDocument | undefined, y: StarsDocument | undefined): Estimate['reason'] {
  if (x !== undefined) return y === undefined ? 'user' : 'personal';
  return y === undefined ? 'mean' : 'item';
}

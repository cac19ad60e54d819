/** Who likes what, hidden behind the generated ratings: an id always has the same taste, in every process. */
import { createHash } from 'node:crypto';
import { scale } from '../../domain/validate.ts';

const dimensions = 4;
const meanStars = 3.5;
/** Standard deviations in stars: about those of MovieLens. */
const spread = { item: 0.4, match: 0.7, noise: 0.5 };

/** Stars that a user would give an item, before noise and rounding. */
export function liking(userId: string, itemId: string): number {
  const user = traits('user', userId);
  const item = traits('item', itemId);
  let match = 0;
  for (let at = 1; at <= dimensions; at++) match += (user[at] ?? 0) * (item[at] ?? 0);
  // Traits have a variance of 1/3, so that their products' sum has one of dimensions / 9.
  const matchOfOne = (match * 3) / Math.sqrt(dimensions);
  return meanStars + spread.item * Math.sqrt(3) * (item[0] ?? 0) + spread.match * matchOfOne;
}

/** On the scale, with noise: the sum of three even chances is close to a normal one. */
export function starsOf(wanted: number, random: () => number): number {
  const noise = (random() + random() + random() - 1.5) * 2 * spread.noise;
  const stars = Math.round((wanted + noise) / scale.step) * scale.step;
  return Math.min(scale.most, Math.max(scale.least, stars));
}

/** Numbers in [-1, 1] that only the id decides: a bias, then a place in each dimension. */
function traits(side: 'user' | 'item', id: string): number[] {
  const hash = createHash('sha256').update(`${side} ${id}`).digest();
  return Array.from({ length: dimensions + 1 }, (_, at) => hash.readInt32LE(at * 4) / 2 ** 31);
}

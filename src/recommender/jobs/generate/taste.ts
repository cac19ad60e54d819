/** Who likes what, hidden behind the generated ratings: an id always has the same taste, in every process. */
import { createHash } from 'node:crypto';
import { scale } from '../../domain/validate.ts';
import { genres } from './titles.ts';

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

/** A trait beyond this gives an item a further genre. */
const strong = 0.7;

/** Each dimension of taste lies between two genres; an item is of those that it leans to most, its main one first. */
export function genresOf(itemId: string): string[] {
  const leanings = traits('item', itemId)
    .slice(1)
    .map((trait, at) => ({ strength: Math.abs(trait), genre: genres[2 * at + (trait < 0 ? 1 : 0)] ?? '' }))
    .sort((a, b) => b.strength - a.strength);
  return leanings.filter(({ strength }, rank) => rank === 0 || strength > strong).map(({ genre }) => genre);
}

/** Numbers in [-1, 1] that only the id decides: a bias, then a place in each dimension. */
function traits(side: 'user' | 'item', id: string): readonly number[] {
  const name = `${side} ${id}`;
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(name).digest();
  const drawn = Array.from({ length: dimensions + 1 }, (_, at) => hash.readInt32LE(at * 4) / 2 ** 31);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(name, drawn);
  return drawn;
}

/** Hashing again would be most of the work: the same few users and items come up all the time. */
const remembered = new Map<string, readonly number[]>();
const mostRemembered = 20_000;

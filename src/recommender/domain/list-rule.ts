/** Whether a list could have other first ten items by now: decided from little more than the list itself. */
import type { ListItems } from './list-items.ts';
import { compareIds } from './order.ts';
import type { Standing } from './standing.ts';

/** Places that the rule guards. */
const guarded = 10;

/** Of so many changed items the new scores are looked at; where more changed, the list is made anew. */
const mostChanged = 1_024;

/** Makes up for the rounding of two products of exact integers. */
const slack = 1 + 2 ** -40;

/**
 * False only if the first ten items, as a set, are certainly still those that a list made now would have; seen items
 * are those that the list was made with.
 *
 * What the list remembers, and items that changed since it was made, are scored anew: exactly. Any other item y has the
 * vector that it had, and scored at most `rest`; a user who moved by D changes that by D'y, which by Cauchy and Schwarz
 * is at most |D| |y|. So it stays behind a tenth item whose score exceeds `rest` by more than |D| max |y|.
 */
export function couldDiffer(
  standing: Standing,
  user: Int16Array,
  items: ListItems,
  seenBy: () => ReadonlySet<string>,
): boolean {
  const changed = items.changedAfter(standing.number, mostChanged);
  if (changed === undefined) return true;
  const first = standing.items.slice(0, guarded);
  const last = lastOf(first, user, items);
  if (last === undefined) return true;
  const others = new Set([...standing.items.slice(guarded), ...changed]);
  for (const itemId of first) others.delete(itemId);
  const ahead = [...others].filter(itemId => precedes(scored(itemId, user, items), last));
  if (ahead.length > 0 && !isSubset(ahead, seenBy())) return true;
  if (standing.rest === null) return first.length < guarded && changed.some(isNew(standing, seenBy));
  const [gap, moved] = [last.score - standing.rest, squaredDistance(user, standing.factors)];
  return !(gap > 0 && gap * gap > moved * items.longest * slack);
}

interface Ranked {
  readonly itemId: string;
  readonly score: number;
}

const scored = (itemId: string, user: Int16Array, items: ListItems): Ranked => ({
  itemId,
  score: items.score(user, itemId) ?? -Infinity,
});

const precedes = (a: Ranked, b: Ranked): boolean =>
  a.score > b.score || (a.score === b.score && compareIds(a.itemId, b.itemId) < 0);

const isSubset = (ids: readonly string[], set: ReadonlySet<string>): boolean => ids.every(itemId => set.has(itemId));

/** The one of the first items that is behind the others by now. */
function lastOf(first: readonly string[], user: Int16Array, items: ListItems): Ranked | undefined {
  const ranked = first.map(itemId => scored(itemId, user, items));
  return ranked.reduce<Ranked | undefined>(
    (last, item) => (last && precedes(last, item) ? item : (last ?? item)),
    undefined,
  );
}

/** A list that is short holds all there is: an item that it lacks has come since, unless it was seen. */
const isNew =
  ({ items }: Standing, seenBy: () => ReadonlySet<string>) =>
  (itemId: string): boolean =>
    !items.includes(itemId) && !seenBy().has(itemId);

function squaredDistance(a: Int16Array, b: Int16Array): number {
  const difference = Float64Array.from(a, (value, f) => value - (b[f] ?? NaN));
  return difference.reduce((sum, value) => sum + value * value, 0);
}

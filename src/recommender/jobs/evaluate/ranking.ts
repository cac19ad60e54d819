/** An item's place in a list. */
export interface Ranked {
  readonly itemId: string;
  readonly score: number;
}

export interface RankingOptions {
  readonly n: number;
  readonly seen: ReadonlySet<string>;
  readonly relevant: ReadonlySet<string>;
  /** Undefined of an item that has no place. */
  readonly score: (itemId: string) => number | undefined;
}

/**
 * The n best that are not seen, best first. Ties are losses: of equal scores what is not relevant stands first, so
 * that a model that says the same of everything has found nothing. Then by id.
 */
export function ranked(candidates: Iterable<string>, { n, seen, relevant, score }: RankingOptions): Ranked[] {
  const list: Ranked[] = [];
  for (const itemId of candidates) {
    const value = seen.has(itemId) ? undefined : score(itemId);
    if (value === undefined) continue;
    const entry = { itemId, score: value };
    const last = list.at(-1);
    if (list.length === n && last !== undefined && inOrder(entry, last, relevant) > 0) continue;
    const at = list.findIndex(other => inOrder(entry, other, relevant) < 0);
    list.splice(at < 0 ? list.length : at, 0, entry);
    if (list.length > n) list.pop();
  }
  return list;
}

function inOrder(a: Ranked, b: Ranked, relevant: ReadonlySet<string>): number {
  if (a.score !== b.score) return b.score - a.score;
  const losses = Number(relevant.has(a.itemId)) - Number(relevant.has(b.itemId));
  return losses || (a.itemId < b.itemId ? -1 : 1);
}

import { preferenceIn, weightIn } from './share-code.ts';
import { stalenessSteps, type Side } from './side.ts';

/**
 * Moves a row to a solved vector, and tells its neighbours: heavy ones remember how it counted before, and each grows
 * staler by the distance over sqrt(n + 1). A move that rounds to nothing is told to nobody.
 */
export function moveRow(side: Side, other: Side, row: number, vector: Int16Array): void {
  const before = other.heavy.size > 0 ? side.vectors.row(row).slice() : undefined;
  const distance = side.move(row, vector);
  if (distance === 0) return;
  if (before !== undefined) noteBefore(side, other, row, before);
  age(side, other, row, distance);
}

function noteBefore(side: Side, other: Side, row: number, vector: Int16Array): void {
  const pairs = side.pairs.of(row);
  const [neighbours, codes] = [side.pairs.neighboursOf(row), side.pairs.codesOf(row)];
  for (const [n, neighbour] of neighbours.entries()) {
    if (!other.heavy.has(neighbour)) continue;
    const code = codes[n] ?? 0;
    const share = { vector, weight: weightIn(code), preference: preferenceIn(code) };
    other.heavy.note(neighbour, pairs[n] ?? 0, share, other.events.get(neighbour));
  }
}

function age(side: Side, other: Side, row: number, distance: number): void {
  const coded = { neighbours: side.pairs.neighboursOf(row), codes: side.pairs.codesOf(row) };
  other.staleness.spread(coded, stalenessSteps * distance, other.dirty);
}

import type { Pairs } from './pairs.ts';
import { roundHalfEven } from './rounding.ts';
import { stalenessSteps, type Side } from './side.ts';

/**
 * Moves a row to a solved vector, and tells its neighbours: heavy ones remember how it counted before, and each grows
 * staler by the distance over sqrt(n + 1). A move that rounds to nothing is told to nobody.
 */
export function moveRow(pairs: Pairs, side: Side, other: Side, row: number, vector: Int16Array): void {
  const before = other.heavy.size > 0 ? side.vectors.row(row).slice() : undefined;
  const distance = side.move(row, vector);
  if (distance === 0) return;
  if (before !== undefined) noteBefore(pairs, side, other, row, before);
  age(pairs, side, other, row, distance);
}

function noteBefore(pairs: Pairs, side: Side, other: Side, row: number, vector: Int16Array): void {
  const { confidences, preferences } = pairs;
  const neighbours = pairs.neighbours(side);
  for (const pair of side.pairs.of(row)) {
    const neighbour = neighbours[pair] ?? 0;
    if (!other.heavy.has(neighbour)) continue;
    const share = { vector, weight: confidences[pair] ?? 0, preference: preferences[pair] ?? 0 };
    other.heavy.note(neighbour, pair, share, other.events.get(neighbour));
  }
}

function age(pairs: Pairs, side: Side, other: Side, row: number, distance: number): void {
  const { confidences } = pairs;
  const neighbours = pairs.neighbours(side);
  const events = other.events.values;
  const steps = stalenessSteps * distance;
  const list = side.pairs.of(row);
  for (let n = 0; n < list.length; n++) {
    const pair = list[n] ?? 0;
    if (confidences[pair] === 0) continue;
    const neighbour = neighbours[pair] ?? 0;
    const gain = roundHalfEven(steps / Math.sqrt((events[neighbour] ?? 0) + 1));
    if (gain === 0) continue;
    other.staleness.add(neighbour, gain);
    other.dirty.add(neighbour);
  }
}

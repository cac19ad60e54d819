import type { Pairs } from './pairs.ts';
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
  const { staleness, dirty } = other;
  const steps = stalenessSteps * distance;
  const list = side.pairs.of(row);
  for (let n = 0; n < list.length; n++) {
    const pair = list[n] ?? 0;
    if (confidences[pair] === 0) continue;
    const neighbour = neighbours[pair] ?? 0;
    const gain = nearest(steps / Math.sqrt((events[neighbour] ?? 0) + 1));
    if (gain === 0) continue;
    staleness.add(neighbour, gain);
    dirty.add(neighbour);
  }
}

/** 1.5 * 2^52: what is added to it has no room for anything behind the point, and is rounded half to even. */
const roundingShift = 6755399441055744;

/** `roundHalfEven` for positive numbers under 2^51, thousands of times an event. */
const nearest = (value: number): number => value + roundingShift - roundingShift;

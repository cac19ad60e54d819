import type { TrainingInput } from '../../als/index.ts';

/** They change hands: a clone of what the whole model was trained from would be one too many. */
export function buffersOf({ live, starts, items, confidences, preferences, stars }: TrainingInput): ArrayBuffer[] {
  const sides = [live.users, live.items].flatMap(({ factors, starFactors, events }) => [factors, starFactors, events]);
  const all = [...sides, starts, items, confidences, preferences, stars].map(({ buffer }) => buffer);
  return [...new Set(all)].filter(buffer => buffer instanceof ArrayBuffer);
}

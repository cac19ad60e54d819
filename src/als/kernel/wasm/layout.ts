import type { KernelMemory } from '../memory.ts';

/** The 32-bit fields of a job over entries, in the order of assembly/jobs.as.ts; doubles follow. */
export const jobWords = [
  'rowSlots',
  'rowClasses',
  'classWeights',
  'classEnds',
  'neighbours',
  'targets',
  'from',
  'stride',
  'width',
  'widths',
  'unit',
  'mean',
  'into',
  'intoRows',
  'intoStride',
  'intoWidth',
  'gram',
  'diagonal',
  'biasDiagonal',
  'sums',
  'mode',
  'exponent',
  'longest',
  'unused',
] as const;
export const jobDoubles = ['shared', 'scale', 'grid', 'greatestSquare'] as const;

/** The same of a job over lists: assembly/list.as.ts. */
export const listWords = [
  'users',
  'stride',
  'rows',
  'seenStarts',
  'seenItems',
  'positions',
  'panels',
  'ranks',
  'items',
  'lengths',
  'restLengths',
  'prefix',
  'keys',
  'n',
] as const;
export const listDoubles = ['greatestSquare'] as const;

/** Room for any job. */
export const jobBytes = 256;
/** Where the widths of panel pairs end and the greatest factors of the panels begin, in 32-bit words. */
export const panelPairs = 256;
export const panels = 16;

/** Writes the fields that are given; the others are 0. */
export function writeFields<Word extends string, Double extends string>(
  memory: KernelMemory,
  address: number,
  names: { readonly words: readonly Word[]; readonly doubles: readonly Double[] },
  values: Partial<Record<Word | Double, number>>,
): void {
  const words = memory.int32(address, names.words.length);
  for (const [n, name] of names.words.entries()) words[n] = values[name] ?? 0;
  const doubles = memory.float64(address + 4 * names.words.length, names.doubles.length);
  for (const [n, name] of names.doubles.entries()) doubles[n] = values[name] ?? 0;
}

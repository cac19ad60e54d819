import type { Counts } from './results.ts';

/** One part of the run of all tests: how its process ended, and what it counted, where that could be read. */
export type Part = { readonly name: string; readonly status: number | null; readonly counts: Counts | undefined };

/**
 * The sum of all parts. What went wrong without a failed test still counts as one: a part that ended badly,
 * whose counts could not be read, or that ran no test at all.
 */
export function tally(parts: readonly Part[]): Counts {
  const all = parts.map(countsOf);
  return { passed: sum(all, 'passed'), failed: sum(all, 'failed'), skipped: sum(all, 'skipped') };
}

export function countsOf({ status, counts }: Part): Counts {
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const isBad = status !== 0 || counts.passed === 0;
  return isBad && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

const sum = (all: readonly Counts[], name: keyof Counts): number =>
  all.reduce((total, counts) => total + counts[name], 0);

/** The line that ends a run. */
export const line = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

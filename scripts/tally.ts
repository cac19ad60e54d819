import type { Counts } from './results.ts';

/** One part of the run of all tests: how its process ended, and what it counted, where that could be read. */
export type Part = { readonly name: string; readonly status: number | null; readonly counts: Counts | undefined };

/**
 * The sum of all parts. What went wrong without a failed test still counts as one: a part that ended badly,
 * whose counts could not be read, or that ran no test at all.
 */
export function tally(parts: readonly Part[]): Counts {
  const all = parts.map(countsOf);
  return {
    passed: sum(all, 'passed'),
    failed: sum(all, 'failed'),
    skipped: sum(all, 'skipped'),
    failures: all.flatMap(({ failures }) => failures),
  };
}

export function countsOf({ name, status, counts }: Part): Counts {
  if (counts === undefined)
    return { passed: 0, failed: 1, skipped: 0, failures: [`${name}: its counts cannot be read`] };
  const isBad = status !== 0 || counts.passed === 0;
  if (!isBad || counts.failed > 0) return counts;
  return { ...counts, failed: 1, failures: [`${name}: ended with ${status ?? 'a signal'}, and no test failed`] };
}

const sum = (all: readonly Counts[], name: 'passed' | 'failed' | 'skipped'): number =>
  all.reduce((total, counts) => total + counts[name], 0);

/** The last lines of a run: what failed, so much of it as anybody reads, and the counts. */
export function lastLines(counts: Counts, told: readonly string[]): string[] {
  const more = counts.failures.length - mostFailures;
  return [
    ...counts.failures.slice(0, mostFailures).map(what => `FAILED ${what}`),
    ...(more > 0 ? [`FAILED and ${more} more`] : []),
    ...told,
    line(counts),
  ];
}

const mostFailures = 30;

/** The line that ends a run. */
export const line = ({ passed, failed, skipped }: Omit<Counts, 'failures'>): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

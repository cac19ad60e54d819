/** What a server has scraped before it was started, as blocks of its storage. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lint, linter } from '../support/linters.ts';

/** `text` is in OpenMetrics, with times, and ends with `# EOF`. @throws what promtool says */
export function writeHistory(text: string, storage: string): void {
  const file = join(storage, 'history.txt');
  writeFileSync(file, text);
  const made = lint(linter('promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', file, storage]);
  rmSync(file);
  if (made.status !== 0) throw new Error(`promtool refuses the history: ${made.said}`);
}

export interface Growth {
  readonly name: string;
  readonly labels: string;
  /** A second. */
  readonly rate: number;
}

/** Counters that have grown alike from `from` to `to`, both in seconds since 1970, with a sample each `every` seconds. */
export function grownAlike(counters: readonly Growth[], from: number, to: number, every: number): string {
  const lines = counters.flatMap(({ name, labels, rate }) => [
    `# TYPE ${name.replace(/_total$/, '')} counter`,
    ...Array.from({ length: Math.floor((to - from) / every) }, (_, n) => {
      return `${name}{${labels}} ${rate * n * every} ${from + n * every}`;
    }),
  ]);
  return [...lines, '# EOF', ''].join('\n');
}

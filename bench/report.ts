/** Runs what a benchmark compares, turn by turn, and writes what came out beside the machine it came out on. */
import type { Better, Row } from './support/shape.ts';
import { machine, repeat, write } from './support/write.ts';

/** One of the things compared. `run` answers its figure for one run, in the benchmark's unit or its own. */
export interface Rival {
  readonly name: string;
  readonly run: () => Promise<number>;
  /** Where a benchmark has several subjects: what this one is compared in. The first of a subject is its measure. */
  readonly subject?: string;
  readonly unit?: string;
  readonly better?: Better;
}

export interface Benchmark {
  /** Also the name of the file of results. */
  readonly name: string;
  readonly question: string;
  readonly unit: string;
  /** Whether more is better. */
  readonly better: Better;
  readonly rivals: readonly Rival[];
  readonly runs: number;
  /** Whether each has a run before, which does not count; on unless said otherwise. */
  readonly warmUp?: boolean;
  /** The command that measures the same again; the one that was typed unless said otherwise. */
  readonly repeat?: string;
  /** What a reader has to know of how it was measured. */
  readonly notes?: readonly string[];
}

/** One uncounted run of each, then the runs in turn, so that a machine that slows down slows all of them. */
export async function report(benchmark: Benchmark): Promise<void> {
  const { name, question, rivals, runs, warmUp = true, notes = [] } = benchmark;
  const figures = rivals.map((): number[] => []);
  if (warmUp) for (const rival of rivals) await rival.run();
  for (let run = 0; run < runs; run++) {
    for (const [index, rival] of rivals.entries()) figures[index]?.push(await rival.run());
  }
  const rows = rowsOf(benchmark, figures);
  const about = { name, question, repeat: benchmark.repeat ?? repeat(), machine: machine() };
  write({ kind: 'comparison', ...about, ...(notes.length === 0 ? {} : { notes: [...notes] }), runs, rows });
  print(benchmark, rows);
}

function rowsOf({ rivals, ...all }: Benchmark, figures: readonly (readonly number[])[]): Row[] {
  const firsts = new Map<string, number>();
  return rivals.map((rival, index) => {
    const { name, subject = '', unit = all.unit, better = all.better } = rival;
    const list = (figures[index] ?? []).toSorted((a, b) => (better === 'more' ? b - a : a - b));
    const median = list[Math.floor(list.length / 2)] ?? NaN;
    const first = firsts.get(subject) ?? median;
    firsts.set(subject, first);
    const spread = { best: list[0] ?? NaN, median, worst: list.at(-1) ?? NaN };
    return { subject, name, unit, better, ...spread, ratio: median / first };
  });
}

/**
 * For figures that come from one measurement together: the n-th run of each answers from the n-th measurement, which
 * is made when first asked for.
 */
export function together<Figures>(measure: () => Promise<Figures>): (of: (all: Figures) => number) => Rival['run'] {
  const measured: Promise<Figures>[] = [];
  return of => {
    let asked = 0;
    return async () => of(await (measured[asked++] ??= measure()));
  };
}

function print({ question }: Benchmark, rows: readonly Row[]): void {
  console.log(`\n${question} (best, median, worst; ratio to the first)`);
  for (const { subject, name, unit, best, median, worst, ratio } of rows) {
    const figures = [best, median, worst].map(figure => shown(figure).padStart(12)).join('');
    console.log(`  ${`${subject} ${name}`.trim().padEnd(60)}${figures} ${unit}   x${ratio.toFixed(2)}`);
  }
}

const shown = (figure: number): string =>
  figure >= 100 ? Math.round(figure).toLocaleString('en') : figure.toPrecision(3);

/** Runs what a benchmark compares, turn by turn, and writes what came out beside the machine it came out on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** One of the things compared. `run` answers its figure for one run, in the benchmark's unit. */
export interface Rival {
  readonly name: string;
  readonly run: () => Promise<number>;
}

export interface Benchmark {
  /** Also the name of the file of results. */
  readonly name: string;
  readonly question: string;
  readonly unit: string;
  /** Whether more is better. */
  readonly better: 'more' | 'less';
  readonly rivals: readonly Rival[];
  readonly runs: number;
}

interface Row {
  readonly name: string;
  readonly best: number;
  readonly median: number;
  readonly worst: number;
  /** Best beside the first rival's best. */
  readonly ratio: number;
}

/** One uncounted run of each, then the runs in turn, so that a machine that slows down slows all of them. */
export async function report(benchmark: Benchmark): Promise<void> {
  const { name, rivals, runs } = benchmark;
  const figures = rivals.map((): number[] => []);
  for (const rival of rivals) await rival.run();
  for (let run = 0; run < runs; run++) {
    for (const [index, rival] of rivals.entries()) figures[index]?.push(await rival.run());
  }
  const rows = rowsOf(benchmark, figures);
  const result = { ...described(benchmark), machine: machine(), rows };
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  print(benchmark, rows);
}

function rowsOf({ rivals, better }: Benchmark, figures: readonly (readonly number[])[]): Row[] {
  const sorted = figures.map(list => list.toSorted((a, b) => (better === 'more' ? b - a : a - b)));
  const first = sorted[0]?.[0] ?? NaN;
  return sorted.map((list, index) => {
    const best = list[0] ?? NaN;
    const median = list[Math.floor(list.length / 2)] ?? NaN;
    return { name: rivals[index]?.name ?? '', best, median, worst: list.at(-1) ?? NaN, ratio: best / first };
  });
}

const described = ({ name, question, unit, better, runs }: Benchmark): Omit<Benchmark, 'rivals'> => ({
  name,
  question,
  unit,
  better,
  runs,
});

/** What the figures depend on; nothing that names the machine. */
const machine = () => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model ?? 'unknown',
  processors: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  load: loadavg().map(load => Math.round(load * 10) / 10),
});

function print({ question, unit }: Benchmark, rows: readonly Row[]): void {
  console.log(`\n${question} (${unit}; best, median, worst; ratio to the first)`);
  for (const { name, best, median, worst, ratio } of rows) {
    const figures = [best, median, worst].map(figure => shown(figure).padStart(12)).join('');
    console.log(`  ${name.padEnd(44)}${figures}   x${ratio.toFixed(2)}`);
  }
}

const shown = (figure: number): string =>
  figure >= 100 ? Math.round(figure).toLocaleString('en') : figure.toPrecision(3);

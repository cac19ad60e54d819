/** The whole dataflow as a process of its own tells it, and the figures that benchmarks show of it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Rival, together } from '../report.ts';
import { DataflowFigures } from './dataflow-figures.ts';

/** Runs `dataflow.ts` with these arguments. */
export async function measured(...given: readonly (string | number)[]): Promise<DataflowFigures> {
  const script = join(import.meta.dirname, 'dataflow.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...given.map(String)]);
  return DataflowFigures.parse(JSON.parse(stdout));
}

/** Each figure is a subject of its own: they have different units. All of a run are of one process. */
export function dataflowRivals(name: string, measure: () => Promise<DataflowFigures>): Rival[] {
  const figureOf = together(measure);
  const figure = (subject: string, unit: string, of: (figures: DataflowFigures) => number): Rival => ({
    subject,
    name,
    unit,
    run: figureOf(of),
  });
  return [
    figure('backlog to lists', 's', ({ seconds }) => seconds),
    figure('restart', 's', ({ restartSeconds }) => restartSeconds),
    figure('rating to changed documents, p50', 'ms', ({ p50 }) => p50),
    figure('rating to changed documents, p99', 'ms', ({ p99 }) => p99),
    figure('rating to changed documents, worst', 'ms', ({ worst }) => worst),
    figure('heap in use', 'MiB', ({ heap }) => heap),
    figure('resident memory', 'MiB', ({ rss }) => rss),
  ];
}

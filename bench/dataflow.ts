/**
 * How long does the whole dataflow take for a backlog of ratings, and how soon after a rating do the documents of its user
 * change, at a steady rate? On plausible ratings of the size of MovieLens latest-small; each run in a process of its own.
 * `node bench/dataflow.ts [PARTITIONS] [RATINGS] [LIVE] [LIVE A SECOND] [RUNS]`
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { report, together, type Rival } from './report.ts';
import { DataflowFigures } from './support/dataflow-figures.ts';
import { items, users } from './support/ratings.ts';

const [partitions = 1, ratings = 100_836, live = 200, perSecond = 5, runs = 2] = process.argv.slice(2).map(Number);

const figureOf = together(async (): Promise<DataflowFigures> => {
  const script = join(import.meta.dirname, 'support/dataflow.ts');
  const given = [script, partitions, ratings, live, perSecond].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, given);
  return DataflowFigures.parse(JSON.parse(stdout));
});
/** Each is a subject of its own: they have different units. */
const figure = (subject: string, unit: string, of: (figures: DataflowFigures) => number): Rival => ({
  subject,
  name: 'Millrace',
  unit,
  run: figureOf(of),
});

await report({
  name: `dataflow-${partitions}`,
  question:
    `The whole dataflow over ${partitions} ${partitions === 1 ? 'partition' : 'partitions'} on ${ratings} plausible ` +
    `ratings of ${users} users and ${items} items, then ${live} live ones, ${perSecond} a second`,
  unit: 's',
  better: 'less',
  runs,
  warmUp: false,
  rivals: [
    figure('backlog to lists', 's', ({ seconds }) => seconds),
    figure('restart', 's', ({ restartSeconds }) => restartSeconds),
    figure('rating to changed documents, p50', 'ms', ({ p50 }) => p50),
    figure('rating to changed documents, p99', 'ms', ({ p99 }) => p99),
    figure('rating to changed documents, worst', 'ms', ({ worst }) => worst),
    figure('heap in use', 'MiB', ({ heap }) => heap),
    figure('resident memory', 'MiB', ({ rss }) => rss),
  ],
});

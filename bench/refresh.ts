/**
 * What does refreshing untouched rows buy? Quality beside a retrain against rows refreshed for each event, and against
 * the threshold. `node bench/refresh.ts [RATINGS.csv]`, on the bundled ratings where none are named: those alone are kept
 * in bench/results/refresh.json. It sees the first four fifths by time only, so that the defaults that are chosen from it
 * are chosen before what they are judged by.
 */
import { defaultSettings, openKernel, type Refresh } from '../src/als/index.ts';
import { nonInferiority, type NonInferiority, readRatings } from '../src/recommender/jobs/evaluate/index.ts';
import { divide } from '../src/recommender/jobs/tune/divide.ts';
import { ratingsFile } from './support/films.ts';
import { machine, repeat, write } from './support/write.ts';

const { threshold, rowsPerEvent } = defaultSettings.refresh;
const curve: readonly Refresh[] = [
  ...[0, 0.1, 0.25, 0.5, 1, 2, 4].map(rows => ({ rowsPerEvent: rows, threshold })),
  ...[0, 2, 8, 32, 128].filter(value => value !== threshold).map(value => ({ rowsPerEvent, threshold: value })),
];
const named = process.argv[2];
using file = await ratingsFile(named);
using kernel = openKernel();
const { before } = divide(await readRatings(file.path), 0.2);

const rows = curve.map(refresh => {
  const found = nonInferiority({ ratings: before, seed: 1, seeds: 1, order: 'drawn', settings: { refresh }, kernel });
  const row = rowOf(refresh, found);
  console.log(JSON.stringify(row));
  return row;
});
console.table(rows);
if (named === undefined) keep();

function rowOf({ rowsPerEvent: refreshed, threshold: over }: Refresh, found: NonInferiority) {
  const percent = (share: number | null | undefined): number | null =>
    share === null || share === undefined ? null : Number((share * 100).toFixed(3));
  const { ndcg10, rmse } = found;
  return {
    'rows an event': refreshed,
    threshold: over,
    'changed an event': Number(found.changedPerEvent.toFixed(3)),
    'nDCG@10 gain %': percent(ndcg10.gain),
    'from, to': `${percent(ndcg10.interval?.low)}, ${percent(ndcg10.interval?.high)}`,
    'RMSE gain %': percent(rmse.gain),
    'its from, to': `${percent(rmse.interval?.low)}, ${percent(rmse.interval?.high)}`,
    'loss gap %': percent(found.objectiveGap.mean),
    'same top 10 %': percent(found.overlap10),
  };
}

function keep(): void {
  const { factors, sweeps } = defaultSettings;
  write({
    kind: 'table',
    name: 'refresh',
    question: `What does refreshing rows that no event touched buy, on the first four fifths of ${file.name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      'Gains beside a retrain of the same events, with the sign that makes below 0 worse, over 10 checkpoints of a stream in an order drawn by chance, with 95 % intervals of draws of users. Threshold: how far the neighbours of a row moved, in steps of the grid, before it may be refreshed. Changed: vectors that are written for each event, touched and refreshed. The defaults of `refresh` come from here; the last fifth, by which they are judged, is not in it.',
    ],
    settings: { factors, sweeps, checkpoints: 10, eventsPerCut: 1_000 },
    columns: [
      { name: 'rows an event' },
      { name: 'threshold' },
      { name: 'changed an event', better: 'less' },
      { name: 'nDCG@10 gain %', better: 'more' },
      { name: 'from, to' },
      { name: 'RMSE gain %', better: 'more' },
      { name: 'its from, to' },
      { name: 'loss gap %', better: 'less' },
      { name: 'same top 10 %', better: 'more' },
    ],
    rows,
  });
}

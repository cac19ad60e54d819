/**
 * Is learning in cuts as good as retraining? `node bench/non-inferiority.ts [DATA] [--checkpoints N] [--seeds N]`: DATA is
 * latest-small (the bundled ratings, where none are named), the size of a synthetic set (100k, 1m), or a file of ratings.
 * With 10 checkpoints and 3 seeds those of latest-small, 100k and 1m are kept in bench/results/non-inferiority.json,
 * non-inferiority-100k.json and non-inferiority-1m.json; 1m takes ten minutes. In order of time, and in an order drawn by chance, in which all users are about.
 */
import { parseArgs } from 'node:util';
import { defaultSettings, openKernel } from '../src/als/index.ts';
import { nonInferiorityText } from '../src/cli/non-inferiority-text.ts';
import { nonInferiority, type NonInferiority, orders } from '../src/recommender/jobs/evaluate/index.ts';
import { dataOf } from './support/als/data.ts';
import { machine, repeat, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { checkpoints: { type: 'string', default: '10' }, seeds: { type: 'string', default: '3' } },
});
const named = positionals[0] ?? 'latest-small';
const { name, ratings } = await dataOf(named);
using kernel = openKernel();
const [checkpoints, seeds] = [Number(flags.checkpoints), Number(flags.seeds)];

const all = orders.map(order => nonInferiority({ ratings, seed: 1, seeds, checkpoints, order, kernel }));
for (const found of all) console.log(`\n${nonInferiorityText(found)}`);
if (['latest-small', '100k', '1m'].includes(named) && checkpoints === 10 && seeds === 3) keep();

function keep(): void {
  const { factors, sweeps, refresh } = defaultSettings;
  write({
    kind: 'table',
    name: named === 'latest-small' ? 'non-inferiority' : `non-inferiority-${named}`,
    question: `Is learning in cuts as good as retraining, on ${name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      'A generation is trained on the first half; what follows is learnt in cuts of 1,000 events. At each of 10 checkpoints, with each of 3 seeds, a retrain of the same events is judged beside it by the events up to the next checkpoint, of users who are known. A gain is (incremental - retrain) / retrain with the sign that makes below 0 worse, in %, with the 95 % interval of 1,000 draws of users; the verdict is non-inferior where the whole interval lies above -1 %, inferior where it lies below, else inconclusive. In order of time few users of MovieLens are known before they judge: they rate in one sitting and never come again. In a drawn order all are about at every checkpoint, as in the synthetic set in either order.',
    ],
    settings: { factors, sweeps, ...refresh, checkpoints, seeds },
    columns: [
      { name: 'order' },
      { name: 'measure' },
      { name: 'gain %', better: 'more' },
      { name: 'from' },
      { name: 'to' },
      { name: 'verdict' },
      { name: 'users' },
      { name: 'same top 10 %', better: 'more' },
      { name: 'loss gap %', better: 'less' },
      { name: 'at most', better: 'less' },
    ],
    rows: all.flatMap(rowsOf),
  });
}

function rowsOf(found: NonInferiority) {
  const percent = (share: number | null | undefined): number | null =>
    share === null || share === undefined ? null : Number((share * 100).toFixed(3));
  return (['ndcg10', 'rmse'] as const).map(measure => ({
    order: found.order,
    measure,
    'gain %': percent(found[measure].gain),
    from: percent(found[measure].interval?.low),
    to: percent(found[measure].interval?.high),
    verdict: found[measure].verdict,
    users: found.users,
    'same top 10 %': percent(found.overlap10),
    'loss gap %': percent(found.objectiveGap.mean),
    'at most': percent(found.objectiveGap.most),
  }));
}

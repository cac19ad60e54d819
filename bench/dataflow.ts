/**
 * How long does the whole dataflow take for a backlog of ratings, and how soon after a rating do the documents of its user
 * change, at a steady rate? On plausible ratings of the size of MovieLens latest-small; each run in a process of its own.
 * `node bench/dataflow.ts [PARTITIONS] [RATINGS] [LIVE] [LIVE A SECOND] [RUNS]`
 */
import { report } from './report.ts';
import { dataflowRivals, measured } from './support/dataflow-rivals.ts';
import { items, users } from './support/ratings.ts';

const [partitions = 1, ratings = 100_836, live = 200, perSecond = 5, runs = 2] = process.argv.slice(2).map(Number);

await report({
  name: `dataflow-${partitions}`,
  question:
    `The whole dataflow over ${partitions} ${partitions === 1 ? 'partition' : 'partitions'} on ${ratings} plausible ` +
    `ratings of ${users} users and ${items} items, then ${live} live ones, ${perSecond} a second`,
  unit: 's',
  better: 'less',
  runs,
  warmUp: false,
  rivals: dataflowRivals('Millrace', () => measured(partitions, ratings, live, perSecond)),
});

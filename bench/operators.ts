/**
 * What does each operator cost, for each record that comes to it? A task that reads a backlog and passes it on to a sink
 * that nothing reaches, with and without the operator in between; all of it durable: plans, state and checkpoints.
 * `node bench/operators.ts [RECORDS] [RUNS]`
 */
import { report } from './report.ts';
import { Backlog } from './support/operators/backlog.ts';
import { oneInput, twoInputs, type Subject } from './support/operators/subjects.ts';

const [records = 200_000, runs = 5] = process.argv.slice(2).map(Number);

await using backlog = await Backlog.of(records);
const rivals = (subject: string, all: readonly Subject[]) =>
  all.map(({ name, build }) => ({ subject, name, run: () => backlog.nanosecondsOf(name, build) }));

await report({
  name: 'operators',
  question: `Nanoseconds a record of a task with one operator, a backlog of ${records} records of 1,000 keys, one partition`,
  unit: 'ns a record',
  better: 'less',
  runs,
  notes: [
    'The first row of each group is the same task without the operator, so a difference to it is what the operator costs. ' +
      'A record is 1 ms after the one before, so each key has one a second; of two inputs each has half of the records. ' +
      'Joins find two values on the other side for each of theirs. Log and state are in memory, so the disk costs nothing.',
  ],
  rivals: [...rivals('one input,', oneInput), ...rivals('two inputs,', twoInputs)],
});

/**
 * How many seconds does it take to bring a shop back, of each drill on the adapters of a laptop? Of a shop of 1,000 ratings
 * most of it is to start processes; a replay takes longer by as much as the log is longer. `node bench/drills.ts`, minutes.
 */
import { drills } from '../test/drills/drills.ts';
import { embedded } from '../test/drills/equipment.ts';
import { type Drilled, runDrill } from '../test/drills/run-drill.ts';
import { keep } from './support/als/keep.ts';
import { machine, repeat } from './support/write.ts';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const done: Drilled[] = [];
for (const drill of drills) {
  const drilled = await runDrill(drill, { choice: embedded, keep: false, tell });
  if (drilled.failure !== undefined) throw new Error(`${drill.name}: ${drilled.failure}`);
  done.push(drilled);
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
const rows = done.map(({ name, steps, recovery_s, seconds }) => ({
  drill: name,
  'steps that bring it back': steps.filter(({ phase }) => phase === 'recover').length,
  'seconds of these': rounded(recovery_s),
  'seconds of the drill': rounded(seconds),
}));
console.table(rows);
keep({
  kind: 'table',
  name: 'drills',
  question: 'How many seconds does it take to bring back a shop of 1,000 ratings, as OPERATIONS tells to?',
  repeat: repeat(),
  machine: machine(),
  notes: [
    'One run. Most of it is to start processes; a replay takes longer by as much as the log is longer. Several steps are those of several kills or keys.',
  ],
  settings: { ratings: 1_000, ...embedded },
  columns: [
    { name: 'drill' },
    { name: 'steps that bring it back' },
    { name: 'seconds of these', better: 'less' },
    { name: 'seconds of the drill' },
  ],
  rows,
});

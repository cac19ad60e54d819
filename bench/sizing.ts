/**
 * What does a shop take, by its users, items, ratings and factors: memory of the processes, disk, and the processor for
 * going on from a checkpoint? Each of several shops is learnt from its log by `millrace run`, taken up again, and served.
 * `node bench/sizing.ts [FROM] [TO]` measures those of `support/sizing/shops.ts` from one place to another; what it has
 * of the others stays. About four minutes: bytes do not mind what else the machine does.
 */
import { fittedFigures, replaced, type Row, rowsOf } from './support/sizing/kept-rows.ts';
import { type Figures, measured } from './support/sizing/measured.ts';
import { shops } from './support/sizing/shops.ts';
import { machine, write } from './support/write.ts';

const [from = 0, to = shops.length] = process.argv.slice(2).map(Number);
const figures = ['model', ...fittedFigures] as const satisfies readonly (keyof Figures)[];

function keepRows(rows: Row[]): void {
  write({
    kind: 'table',
    name: 'sizing',
    question: 'What does a shop take, by its users, items, ratings and factors?',
    repeat: 'npx node bench/sizing.ts',
    machine: machine(),
    notes: [
      'Bytes; `again_s` is seconds of a processor. Synthetic ratings of a realistic skew, ids of 12 characters, four partitions, everything embedded.',
      'model: heap and array buffers of the model after a collection; modelCheckpoint: its rows, keys and values.',
      'engine: the most that was ever resident of the process that learns the whole log as a backlog and trains a generation; engineAgain: of one that goes on from its checkpoint with nothing new; again_s: what that took of a processor, its start included.',
      'server: the most that was resident of a process that only serves, after 500 lists and a search of users, items and likeness, so that it holds all that it may.',
      'log, state, documents, snapshots: the files after both.',
    ],
    settings: { partitions: 4 },
    columns: [
      { name: 'use' },
      { name: 'users' },
      { name: 'items' },
      { name: 'ratings' },
      { name: 'factors' },
      ...figures.map(name => ({ name, better: 'less' as const })),
    ],
    rows,
  });
}

for (const shop of shops.slice(from, to)) {
  const row = { ...shop, ...(await measured(shop)) };
  console.log(JSON.stringify(row));
  keepRows(replaced(rowsOf('sizing'), shops, { one: shop, rows: [row] }));
}

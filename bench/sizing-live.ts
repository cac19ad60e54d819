/**
 * What do events cost while a shop is open: request units, records and bytes of the log? By how many events, how many
 * versions of the model they make, and how many lists come round with a version; and orders, and
 * seconds in which nothing happens. `millrace start` on shops that it has learnt, their documents in the protocol fixture
 * of Cosmos DB, whose request units are a model of the published figures. `node bench/sizing-live.ts [FROM] [TO]`
 * measures some of the shops of `support/sizing/lived.ts`, what it has of the others stays; four minutes.
 */
import { machine, write } from './support/write.ts';
import { replaced, type Row, rowsOf } from './support/sizing/kept-rows.ts';
import { lived, liveShops } from './support/sizing/lived.ts';

const [from = 0, to = liveShops.length] = process.argv.slice(2).map(Number);
const count = { better: 'less' } as const;
for (const shop of liveShops.slice(from, to)) {
  const rows: Row[] = [];
  for await (const row of lived(shop)) {
    console.log(JSON.stringify(row));
    rows.push(row);
  }
  keepRows(replaced(rowsOf('sizing-live'), liveShops, { one: shop, rows }));
}

function keepRows(rows: Row[]): void {
  write({
    kind: 'table',
    name: 'sizing-live',
    question: 'What do events, orders and seconds without any cost while a shop is open?',
    repeat: 'npx node bench/sizing-live.ts',
    machine: machine(),
    notes: [
      "Documents in the protocol fixture of Cosmos DB, whose request units are a model of the published figures, not an invoice; the log in its folder. Totals of each row. API and engine are one process, whose processor's time is told with the machine's other work around it.",
      'An epoch writes a document once, however many events changed it: so an event costs less where more come at once. How many versions came of the events depends on how fast they came and on the machine.',
      'With each version the lists of one of `lists.everyVersions` users are looked at, and written where they have changed.',
      'Bytes and records are of all topics together: what a rating is, what is told on of it, vectors, versions and lists; `bytes outside` is the topic `ratings` alone.',
    ],
    settings: { partitions: 4, factors: 32 },
    columns: [
      { name: 'use' },
      { name: 'users' },
      { name: 'everyVersions' },
      { name: 'what' },
      { name: 'count' },
      { name: 'versions' },
      { name: 'seconds' },
      { name: 'request units', ...count },
      { name: 'most of them for' },
      { name: 'records', ...count },
      { name: 'bytes', ...count },
      { name: 'bytes outside', ...count },
      { name: 's of processor', ...count },
    ],
    rows,
  });
}

/** The tables of docs/OPERATIONS.md by which a shop is sized. */
import { type Fitted, livePlanes, shopPlanes, tableOf } from './planes.ts';
import type { Results } from './read.ts';
import { repeatOf } from './benchmarks.ts';
import { pickCell } from './single.ts';
import { shown, table } from './table.ts';

const shopWords: Readonly<Record<string, string>> = {
  engine: 'a process that learns, at its most',
  engineAgain: 'the same, going on from its checkpoint',
  server: 'a process that serves, at its most',
  state: 'checkpoints on its disk',
  modelCheckpoint: 'a generation, or the model in a checkpoint',
  snapshots: 'snapshots of all tasks',
  documents: 'documents and journals, as a file',
  log: 'the log of a backlog, as a file',
  again_s: 'going on from the checkpoint, seconds of a processor',
};
const liveWords: Readonly<Record<string, string>> = {
  requestUnits: 'request units',
  records: 'records of the log',
  bytes: 'bytes of the log',
};

/** Markdown, not laid out yet. @throws {UnusableResults} */
export function sizingTables(results: Results): string {
  const [shop, live] = [shopPlanes(results), livePlanes(results)];
  const documents = tableOf(results, 'sizing-documents').rows;
  const repeats = ['sizing', 'sizing-live', 'sizing-documents', 'sizing-ids']
    .map(name => `\`${repeatOf(name)}\``)
    .join(', ');
  return [
    'What a shop takes by its size, in bytes where it does not say seconds:',
    table([
      ['what', 'without anything', 'a user', 'an item', 'a rating', 'a number of a vector', ...held],
      ...Object.entries(shopWords).map(([name, words]) =>
        row(words, shop.get(name), ['base', 'users', 'items', 'ratings', 'values']),
      ),
    ]),
    'What it takes while it is open, each second, and of what happens in it:',
    table([
      ['what', 'a second', 'an event', 'a list that comes round', ...held],
      ...Object.entries(liveWords).map(([name, words]) => row(words, live.get(name), ['seconds', 'events', 'lists'])),
    ]),
    'Bytes of a document, as JSON, and of an answer:',
    table([['what', 'bytes'], ...documents.map(({ what, bytes }) => [String(what), shown(Number(bytes))])]),
    `An event of the last day, whose id is known so that it counts once: ${pickCell(results, 'sizing-ids', { what: 'an event of the last day' }, 'bytes on disk').value} bytes on the disk of the process that reads it, and as many in each of its snapshots.`,
    `Measured by ${repeats}.`,
  ].join('\n\n');
}

const held = ['fits within', 'a shop apart within'];
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function row(words: string, plane: Fitted | undefined, names: readonly string[]): string[] {
  if (plane === undefined) return [words];
  const each = names.map(name => shown(plane.coefficients[name] ?? 0));
  return [words, ...each, percent(plane.residual), percent(plane.heldOut)];
}

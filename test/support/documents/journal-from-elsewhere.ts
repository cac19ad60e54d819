/**
 * A process that takes a task over and appends plans until it is killed or taken over itself.
 * Usage: node journal-from-elsewhere.ts PATH TASK, where the path is a file of SQLite, or the endpoint of a Cosmos DB
 * whose key is in COSMOS_KEY. As the engine does, it waits for documents that are away for a moment. Prints a line `FENCE EPOCH` for each append that was acknowledged,
 * and `fenced` when a newer holder has begun.
 */
import { writeSync } from 'node:fs';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { retrying } from '../../src/engine/retry.ts';
import { never } from '../../src/engine/stopping.ts';
import { Fenced } from '../../src/errors.ts';
import { openDocuments } from './cosmos/place.ts';

const [path = '', task = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);

const opened = async (): Promise<Documents> =>
  path.startsWith('http')
    ? openDocuments({ endpoint: path, key: process.env['COSMOS_KEY'] ?? '' })
    : openSqliteDocuments({ path, clock: () => 0 });

const patiently = <R>(work: () => Promise<R>): Promise<R> => retrying('journal', work, systemClock, never, () => {});

async function appendUntilFenced(): Promise<void> {
  const documents = await patiently(opened);
  const { fence, epoch: newest } = await patiently(() => documents.journal.takeFence(task));
  try {
    for (let epoch = newest + 1; ; epoch += 1) {
      const plan = `plan of fence ${fence}, epoch ${epoch}`;
      await patiently(() => documents.journal.append(task, fence, { epoch, plan }));
      say(`${fence} ${epoch}`);
    }
  } catch (error) {
    if (!(error instanceof Fenced)) throw error;
    say('fenced');
  } finally {
    await documents.close();
  }
}

await appendUntilFenced();

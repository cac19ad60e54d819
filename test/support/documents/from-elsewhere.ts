/** Documents as a process of a test opens them: `PATH` is a file of SQLite, or the endpoint of a Cosmos DB whose key is in COSMOS_KEY. */
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { retrying } from '../../../src/engine/retry.ts';
import { never } from '../../../src/engine/stopping.ts';
import { openDocuments } from '../cosmos/place.ts';

/** As the engine does: documents that are away for a moment are waited for. */
export const patiently = <R>(work: () => Promise<R>): Promise<R> =>
  retrying('documents', work, systemClock, never, () => {});

export const openFrom = (path: string): Promise<Documents> =>
  patiently(async () =>
    path.startsWith('http')
      ? openDocuments({ endpoint: path, key: process.env['COSMOS_KEY'] ?? '' })
      : openSqliteDocuments({ path, clock: () => 0 }),
  );

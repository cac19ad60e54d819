import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { documentsContract, type DocumentsPlace } from '../../contract/documents.ts';

const neverSplit = 'a range that was split names its successors, and nothing is missed or comes twice';

documentsContract(
  'sqlite',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-documents-'));
    return sqlitePlace(join(directory, 'documents.sqlite'), () => rm(directory, { recursive: true }));
  },
  [neverSplit],
);

documentsContract('sqlite in memory', async () => sqlitePlace(':memory:', async () => {}), [
  'two writers in any interleaving end in the greatest version',
  'of many puts on one etag exactly one succeeds, over any connections',
  'documents, tombstones and feed positions last',
  'whoever was taken over writes nothing more',
  'of two holders that append the same epoch at once only the newer succeeds',
  'fence, lineage, epoch and plans last',
  'a journal under two rivals does what the plainest one does',
  'a range goes on from where its page ended, also for another reader',
  neverSplit,
]);

function sqlitePlace(path: string, remove: () => Promise<void>): DocumentsPlace {
  let collections = 0;
  return {
    connect: async () => openSqliteDocuments({ path, clock: () => 0 }),
    emptyCollection: async () => `collection-${(collections += 1)}`,
    remove,
  };
}

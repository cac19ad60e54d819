import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDocuments } from '../../../../src/documents/sqlite/documents.ts';
import { checkDocuments } from '../../../../src/recommender/jobs/scrub/documents.ts';
import { ScrubRefused } from '../../../../src/recommender/jobs/scrub/errors.ts';
import { requestRemoval } from '../../../../src/recommender/orders/erasure-request.ts';

const ann = { id: 'ann', until: [], isSession: false, learnt: { lineage: 0, epoch: 1 }, hasComeBack: false };

test('while orders of somebody erased are to be removed nothing is scrubbed, also where they have come back', async () => {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  onTestFinished(() => documents.close());
  const check = (erased: typeof ann) => checkDocuments({ documents }, new Map([['ann', erased]]));
  const body = { orderId: 'o1', userId: 'ann' };
  await documents.put({ collection: 'orders', partition: 'ann', id: 'o1' }, body, 'always');
  await expect(check(ann)).resolves.toBeUndefined();
  await requestRemoval(documents, 'ann', { partition: 0, offset: 7, at: 0 });
  await expect(check(ann)).rejects.toThrow(ScrubRefused);
  await expect(check({ ...ann, hasComeBack: true })).rejects.toThrow(/still to be removed/);
});

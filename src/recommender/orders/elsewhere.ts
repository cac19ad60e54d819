/** What a user's other orders say about items: asked only where something was taken back. */
import type { DocumentKey, Documents, StoredDocument } from '../../documents/port.ts';
import { orderIn, ordersCollection } from './order.ts';
import type { Elsewhere } from './revise.ts';
import { toldCollection, toldOrder } from './told.ts';

const pageSize = 100;

/** Of the orders in the partition, the one with the id left out. */
export async function elsewhereOf(
  documents: Pick<Documents, 'list'>,
  { partition, id }: Pick<DocumentKey, 'partition' | 'id'>,
  items: readonly string[],
): Promise<ReadonlyMap<string, Elsewhere>> {
  const all = new Map<string, { standing: number; time: number }>(
    items.map(itemId => [itemId, { standing: 0, time: -Infinity }]),
  );
  for await (const document of allOf(documents, ordersCollection, partition)) {
    const order = document.id === id ? undefined : orderIn(document, document.body);
    if (order === undefined || 'refused' in order) continue;
    for (const [itemId, { standing }] of order.lines) {
      const known = all.get(itemId);
      if (known !== undefined) known.standing = Math.max(known.standing, standing);
    }
  }
  for await (const document of allOf(documents, toldCollection, partition)) {
    if (document.id === id) continue;
    const { standing, time } = toldOrder.parse(document.body);
    for (const [itemId] of standing) {
      const known = all.get(itemId);
      if (known !== undefined) known.time = Math.max(known.time, time);
    }
  }
  return all;
}

/** All documents of a collection, or of one of its partitions, page by page. */
export async function* allOf(
  documents: Pick<Documents, 'list'>,
  collection: string,
  partition?: string,
): AsyncGenerator<StoredDocument> {
  const of = partition === undefined ? { collection } : { collection, partition };
  for (let after: StoredDocument | undefined; ;) {
    const page = await documents.list({ ...of, after, limit: pageSize });
    yield* page;
    after = page.at(-1);
    if (page.length < pageSize) return;
  }
}

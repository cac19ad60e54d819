/** What the log says that the documents should hold: of each user and item the newest record, and nothing else. */
import { z } from 'zod';
import type { Documents, DocumentKey, JsonObject } from '../../../src/documents/port.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { itemVectors, recommendations, userVectors } from '../../../topologies/streams.ts';
import { consumed } from '../consumer.ts';

const most = 10_000;
const listed = z.array(z.object({ itemId: z.string() }));

/** Vectors and lists as the log has them, and as the documents do. */
export async function vectorsAndLists({ transport, documents }: { transport: Transport; documents: Documents }) {
  const factorsOf = ({ id, generation, number, factors }: Vector) =>
    [id, generation, number, factors.toString('base64')] as const;
  const written = {
    users: await newest(transport, userVectors, ({ id }) => id, factorsOf),
    items: await newest(transport, itemVectors, ({ id }) => id, factorsOf),
    lists: await newest(
      transport,
      recommendations,
      ({ userId }) => userId,
      ({ userId, generation, number, items }) => [userId, generation, number, items.map(({ itemId }) => itemId)],
    ),
  };
  const served = {
    users: await all(documents, 'userVectors', storedVector),
    items: await all(documents, 'itemVectors', storedVector),
    lists: await all(documents, 'recommendations', ({ id }, { generation, number, items }) => [
      id,
      generation,
      number,
      listed.parse(items).map(({ itemId }) => itemId),
    ]),
  };
  return { written, served };
}

interface Vector {
  readonly id: string;
  readonly generation: number;
  readonly number: number;
  readonly factors: Buffer;
}

const storedVector = ({ id }: DocumentKey, { generation, number, factors }: JsonObject) => [
  id,
  generation,
  number,
  factors,
];

/** In the order of a partition the last of a key is the newest, and a key is in one partition. */
async function newest<T>(
  transport: Transport,
  stream: Stream<T>,
  keyOf: (value: T) => string,
  rowOf: (value: T) => readonly unknown[],
): Promise<readonly unknown[]> {
  const rows = new Map<string, readonly unknown[]>();
  for (const value of await consumed(transport, stream)) rows.set(keyOf(value), rowOf(value));
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

async function all(
  documents: Documents,
  collection: string,
  rowOf: (key: DocumentKey, body: JsonObject) => readonly unknown[],
): Promise<readonly unknown[]> {
  const found = await documents.list({ collection, limit: most });
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(each => rowOf(each, each.body));
}

/** A folder whose log has the items and ratings of a shop, and nothing learnt of them yet. */
import type { Item, Rating } from '../../../schemas/types.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { topologies } from '../../../topologies/index.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { type Shape, synthetic } from '../als/synthetic.ts';

export const partitions = 4;
const together = 1_000;
const began = Date.UTC(2020, 0, 1);

export const userIdOf = (user: number): string => `user-${String(user).padStart(7, '0')}`;
export const itemIdOf = (item: number): string => `item-${String(item).padStart(7, '0')}`;

export async function fill(data: string, shop: Shape): Promise<void> {
  await using ports = await openEmbedded(data);
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
  const append = async <T>(stream: Parameters<typeof recordOf<T>>[0], values: Iterable<T>): Promise<void> => {
    let batch: ReturnType<typeof recordOf>[] = [];
    for (const value of values) {
      batch.push(recordOf(stream, value));
      if (batch.length < together) continue;
      await appendFromOutside(ports.transport, stream.name, batch, Date.now());
      batch = [];
    }
    if (batch.length > 0) await appendFromOutside(ports.transport, stream.name, batch, Date.now());
  };
  await append(items, itemsOf(shop));
  await append(ratings, ratingsOf(shop));
}

function* itemsOf({ items: count }: Shape): Generator<Item> {
  for (let n = 0; n < count; n++)
    yield {
      itemId: itemIdOf(n),
      tenant: '',
      title: `A title of thirty characters ${n}`,
      genres: [`Genre ${n % 8}`, `Genre ${n % 13}`],
      tags: [],
      available: true,
      time: began,
    };
}

export function* ratingsOf(shop: Shape): Generator<Rating> {
  let n = 0;
  for (const { user, item, stars, time } of synthetic(shop, 1))
    yield ratingOf({ eventId: `event-${String(n++).padStart(12, '0')}`, user, item, stars, time });
}

/** Ids are as long as those of most shops: UUIDs would take 24 bytes more each. */
export const ratingOf = (of: {
  readonly eventId: string;
  readonly user: number;
  readonly item: number;
  readonly stars: number;
  readonly time: number;
}): Rating => ({
  eventId: of.eventId,
  tenant: '',
  userId: userIdOf(of.user),
  sessionId: '',
  itemId: itemIdOf(of.item),
  kind: 'rating',
  value: of.stars,
  time: of.time,
});

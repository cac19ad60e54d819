import { items as itemStream, ratings as ratingStream } from '../../../../topologies/streams.ts';
import type { Transport } from '../../../transport/port.ts';
import { BatchCursor, Kind } from '../../../transport/record.ts';

/** Ids, those first that are to have most ratings. */
export interface Known {
  readonly users: readonly string[];
  readonly items: readonly string[];
}

/** So many of each are enough to generate from. */
const mostKnown = 50_000;
const atOnce = { maxRecords: 10_000, maxBytes: 4 << 20 };

/** Who is in the log so far, by keys alone: users of `ratings` and items of `items`, in the order of the log. */
export async function knownSoFar(transport: Transport, signal: AbortSignal): Promise<Known> {
  return {
    users: await keysOf(transport, ratingStream.name, signal),
    items: await keysOf(transport, itemStream.name, signal),
  };
}

async function keysOf(transport: Transport, topic: string, signal: AbortSignal): Promise<string[]> {
  const keys = new Set<string>();
  const partitions = await transport.partitions(topic);
  for (let partition = 0; partition < partitions; partition++) {
    const { start, end } = await transport.bounds({ topic, partition });
    for (let from = start; from < end && keys.size < mostKnown && !signal.aborted;) {
      const batches = await transport.read({ topic, partition, from, to: end, ...atOnce });
      if (batches.length === 0) break;
      for (const batch of batches) {
        const cursor = new BatchCursor(batch);
        while (cursor.next()) if (cursor.kind === Kind.value && keys.size < mostKnown) keys.add(cursor.key());
        from = cursor.offset + 1;
      }
    }
  }
  return [...keys];
}

import { items as itemStream, ratingsByItem, ratings as ratingStream } from '../../../../topologies/streams.ts';
import { plainOf, tenantOf } from '../../domain/tenant.ts';
import type { TopicPartition, Transport } from '../../../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../../../transport/record.ts';

/** Ids, those first that are to have most ratings. */
export interface Known {
  readonly users: readonly string[];
  readonly items: readonly string[];
}

/** So many of each are enough to generate from. */
const mostKnown = 50_000;
const atOnce = { maxRecords: 10_000, maxBytes: 4 << 20 };

/**
 * Who is in the log so far, by keys alone and in its order: users of `ratings`, and items of `items`, or of the ratings
 * that `intake` let through where nobody describes them. Those of one tenant, by its own ids.
 */
export async function knownSoFar(transport: Transport, signal: AbortSignal, tenant = ''): Promise<Known> {
  const asked = { transport, signal, tenant };
  const items = await keysOf(itemStream.name, asked);
  return {
    users: await keysOf(ratingStream.name, asked),
    items: items.length > 0 ? items : await keysOf(ratingsByItem.name, asked),
  };
}

interface Asked {
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly tenant: string;
}

async function keysOf(topic: string, { transport, signal, tenant }: Asked): Promise<string[]> {
  const found = new Set<string>();
  const partitions = await transport.partitions(topic);
  for (let partition = 0; partition < partitions; partition++)
    for await (const batch of batchesOf(transport, { topic, partition })) {
      if (signal.aborted || found.size >= mostKnown) break;
      for (const id of idsIn(batch, tenant)) found.add(id);
    }
  return [...found].slice(0, mostKnown);
}

/** What is there now; not what comes meanwhile. */
async function* batchesOf(transport: Transport, at: TopicPartition): AsyncGenerator<RecordBatch> {
  const { start, end } = await transport.bounds(at);
  for (let from = start; from < end;) {
    const batches = await transport.read({ ...at, from, to: end, ...atOnce });
    yield* batches;
    const last = batches.at(-1);
    from = last === undefined ? end : last.firstOffset + last.records;
  }
}

function* idsIn(batch: RecordBatch, tenant: string): Generator<string> {
  const cursor = new BatchCursor(batch);
  while (cursor.next()) {
    const key = cursor.kind === Kind.value ? cursor.key() : undefined;
    if (key !== undefined && tenantOf(key) === tenant) yield plainOf(key);
  }
}

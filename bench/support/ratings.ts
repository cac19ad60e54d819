/** Plausible ratings of the size of MovieLens latest-small, the same each time, and how they get into a log. */
import type { Rating } from '../../schemas/types.ts';
import type { Transport } from '../../src/transport/port.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { BatchBuilder, Kind, outside } from '../../src/transport/record.ts';
import { ratings as stream } from '../../topologies/streams.ts';

export const users = 610;
export const items = 9_742;
/** Event time of the first rating; each later one comes a minute after the one before. */
const began = Date.UTC(2016, 0, 1);
const apart_ms = 60_000;

/** Skewed like real catalogues: the square of an even chance. Repeatable: a multiplicative congruential generator. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** So many ratings, the first of them being the one number `first` of all. */
export function* plausible(count: number, seed: number, first = 0): Generator<Rating> {
  const chance = chances(seed);
  for (let n = 0; n < count; n++) {
    const user = Math.floor(chance() ** 2 * users);
    const item = Math.floor(chance() ** 3 * items);
    const value = Math.max(1, Math.min(5, 3 + ((user + item) % 3) + Math.round(chance() * 2 - 2)));
    yield {
      eventId: `${seed}-${n}`,
      tenant: '',
      userId: `u${user}`,
      sessionId: '',
      itemId: `i${item}`,
      kind: 'rating',
      value,
      time: began + (first + n) * apart_ms,
    };
  }
}

/** Appends the ratings in one request, each to the partition of its user. */
export async function send(transport: Transport, events: Iterable<Rating>): Promise<void> {
  const partitions = await transport.partitions(stream.name);
  const builders = Array.from({ length: partitions }, () => new BatchBuilder(outside, 0));
  for (const event of events) {
    const key = stream.key(event);
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: Date.now(), key, trace: '' };
    builders[partitionOf(key, partitions)]?.add(envelope, (buffer, at) => stream.schema.encode(event, buffer, at));
  }
  const appends = builders.map((builder, partition) => ({ topic: stream.name, partition, batches: builder.take() }));
  await transport.append(appends.filter(({ batches }) => batches.length > 0));
}

/** Ratings as they lie in Event Hubs Capture: in the stream's own encoding, a file for each partition. */
import { join } from 'node:path';
import type { Rating } from '../../../schemas/types.ts';
import { ratings } from '../../../topologies/streams.ts';
import { type TestEvent, writeCapture } from '../capture.ts';

export const at = Date.UTC(2026, 2, 1, 12);

/** A rating of five stars, changed as told; its event id tells it from others of the same user and item. */
export const rating = (userId: string, itemId: string, more: Partial<Rating> = {}): Rating => {
  const event = { tenant: '', userId, sessionId: '', itemId, kind: 'rating', value: 5, time: at, ...more } as const;
  return { eventId: [userId, itemId, event.kind, event.time].join(' '), ...event };
};

export function bodyOf(event: Rating): Buffer {
  const buffer = Buffer.alloc(4_096);
  return buffer.subarray(0, ratings.schema.encode(event, buffer, 0));
}

/** Writes the bodies below the folder, the odd ones into another partition; answers the folder of the hub. */
export async function captureRatings(folder: string, bodies: readonly Buffer[]): Promise<string> {
  for (const [partition, codec] of [[0, 'deflate'] as const, [1, 'snappy'] as const]) {
    const own = bodies.filter((_, n) => n % 2 === partition);
    const events = own.map((body, sequence): TestEvent => ({ sequence, time: at + 3_600_000, key: '', body }));
    await writeCapture(folder, { hub: 'ratings', partition, at: new Date(at), codec, events });
    await writeCapture(folder, { hub: 'ratings', partition, at: new Date(at + 60_000), events: [] });
  }
  return join(folder, 'shop-events/ratings');
}

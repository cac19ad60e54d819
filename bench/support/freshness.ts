/** How soon after a rating's append the documents of its user have changed, at a steady rate. */
import type { Rating } from '../../schemas/types.ts';
import type { Ports } from '../../src/app/compose.ts';
import type { StoredDocument } from '../../src/documents/port.ts';
import { send } from './ratings.ts';

interface Sent {
  readonly event: Rating;
  readonly at: number;
}

/**
 * Milliseconds by rating, ascending. Ratings are sent at their times whether or not those before have come through; the
 * profile is written in one call with the list, and says which ratings it knows. It is looked at each millisecond.
 */
export async function freshnessOf(ports: Ports, events: Iterable<Rating>, perSecond: number): Promise<number[]> {
  const found: number[] = [];
  let open: Sent[] = [];
  let sent = 0;
  const began = performance.now();
  const queue = [...events];
  while (sent < queue.length || open.length > 0) {
    const event = queue[sent];
    if (event !== undefined && performance.now() >= began + (sent * 1_000) / perSecond) {
      open.push({ event, at: performance.now() });
      sent++;
      await send(ports.transport, [event]);
    }
    const known = await Promise.all(open.map(({ event: { userId, time } }) => isKnown(ports, userId, time)));
    const now = performance.now();
    for (const [index, { at }] of open.entries()) if (known[index] === true) found.push(now - at);
    open = open.filter((_, index) => known[index] !== true);
    await ports.clock.sleep(1, never);
  }
  return found.sort((a, b) => a - b);
}

const never = new AbortController().signal;

async function isKnown({ documents }: Ports, userId: string, time: number): Promise<boolean> {
  return timesIn(await documents.get({ collection: 'profiles', partition: userId, id: userId })).includes(time);
}

function timesIn(profile: StoredDocument | undefined): readonly unknown[] {
  const items = profile?.body['items'];
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => (typeof item === 'object' && item !== null && 'time' in item ? item.time : NaN));
}

/** Of numbers in ascending order the one that this share of them does not exceed. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

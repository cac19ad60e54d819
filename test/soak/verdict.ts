/** What was lost or counted twice, and whether what a process takes stays what it is. */
import type { Transport } from '../../src/transport/port.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { ratingsByItem } from '../../topologies/streams.ts';
import { consumed } from '../support/consumer.ts';
import type { Sample } from './samples.ts';
import type { Sent } from './traffic.ts';

export interface Balance {
  readonly ratings: { readonly sent: number; readonly lost: number; readonly doubled: number };
  readonly orderLines: { readonly sent: number; readonly lost: number; readonly doubled: number };
  readonly deadLetters: { readonly sent: number; readonly lost: number; readonly doubled: number };
}

/** By what `intake` has handed on, once nothing is left to read. */
export async function balanceOf(transport: Transport, sent: Sent): Promise<Balance> {
  const events = await consumed(transport, ratingsByItem);
  const seen = Map.groupBy(
    events.filter(({ eventId }) => eventId.startsWith('soak-')),
    ({ eventId }) => eventId,
  );
  const doubled = [...seen.values()].filter(all => all.length > 1).length;
  const lost = [...sent.ratings].filter(id => !seen.has(id)).length;
  const lines = [...sent.orders.values()].reduce((sum, count) => sum + count, 0);
  const ofOrders = events.filter(({ kind }) => kind === 'order');
  const told = new Set(ofOrders.map(({ eventId }) => eventId)).size;
  const letters = await consumed(transport, deadLetters);
  const bytes = letters.map(letter => letter.bytes.toString());
  return {
    ratings: { sent: sent.ratings.size, lost, doubled },
    orderLines: { sent: lines, lost: lines - told, doubled: ofOrders.length - told },
    deadLetters: {
      sent: sent.broken.length,
      lost: sent.broken.filter(text => !bytes.includes(text)).length,
      doubled: bytes.length - new Set(bytes).size,
    },
  };
}

/** Part by which the least of the last quarter of a life is above the least of its second quarter; a leak goes on growing. */
export interface Growth {
  readonly life: number;
  readonly seconds: number;
  readonly resident: number;
  readonly heap: number;
  readonly openFiles: number;
  readonly timers: number;
}

/** Of lives with enough samples to tell; the first quarter of a life is warm-up. */
export function growthOf(samples: readonly Sample[], leastSamples: number): Growth[] {
  return [...Map.groupBy(samples, ({ life }) => life)].flatMap(([life, all]) => {
    if (all.length < leastSamples) return [];
    const quarter = Math.floor(all.length / 4);
    const [before, after] = [all.slice(quarter, 2 * quarter), all.slice(-quarter)];
    const grown = (of: (sample: Sample) => number): number =>
      Math.min(...after.map(of)) / Math.max(1, Math.min(...before.map(of))) - 1;
    return [
      {
        life,
        seconds: (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0),
        resident: grown(({ residentBytes }) => residentBytes),
        heap: grown(({ heapBytes }) => heapBytes),
        openFiles: grown(({ openFiles }) => openFiles),
        timers: grown(({ timers }) => timers),
      },
    ];
  });
}

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

/** Part by which each grows in an hour, at the end of a life. */
export interface Growth {
  readonly life: number;
  readonly seconds: number;
  readonly resident: number;
  readonly heap: number;
  readonly engineHeap: number;
  /** Bytes by which the engine's heap grows for each event that it reads. */
  readonly engineBytesPerEvent: number;
  readonly openFiles: number;
  readonly timers: number;
}

/**
 * Of lives with enough samples to tell, by their second half: what fills and is then full has filled by then, and a leak
 * goes on. The least of each eighth of that half counts; through these least values goes a line by least squares. Of
 * resident memory it is the middle of each eighth: a kernel takes idle pages away for a while and gives them back.
 */
export function growthOf(samples: readonly Sample[], leastSamples: number): Growth[] {
  return [...Map.groupBy(samples, ({ life }) => life)].flatMap(([life, all]) => {
    if (all.length < leastSamples) return [];
    const half = all.slice(all.length / 2);
    const eighth = Math.floor(half.length / 8);
    const parts = Array.from({ length: 8 }, (_, n) => half.slice(n * eighth, (n + 1) * eighth));
    const hours = ((half[eighth * 7]?.at ?? 0) - (half[0]?.at ?? 0)) / 7 / 3_600;
    const lineThrough = (of: (sample: Sample) => number, pick = least): { mean: number; perHour: number } => {
      const picked = parts.map(part => pick(part.map(of)));
      const mean = picked.reduce((sum, value) => sum + value, 0) / picked.length;
      const slope = picked.reduce((sum, value, n) => sum + (n - 3.5) * (value - mean), 0) / 42;
      return { mean, perHour: slope / hours };
    };
    const grown = (of: (sample: Sample) => number, pick = least): number => {
      const { mean, perHour } = lineThrough(of, pick);
      return perHour / Math.max(1, mean);
    };
    const eventsPerHour = lineThrough(({ events }) => events).perHour;
    return [
      {
        life,
        seconds: (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0),
        resident: grown(({ residentBytes }) => residentBytes, middle),
        heap: grown(({ heapBytes }) => heapBytes),
        engineHeap: grown(({ engineHeapBytes }) => engineHeapBytes),
        engineBytesPerEvent: lineThrough(({ engineHeapBytes }) => engineHeapBytes).perHour / Math.max(1, eventsPerHour),
        openFiles: grown(({ openFiles }) => openFiles),
        timers: grown(({ timers }) => timers),
      },
    ];
  });
}

const least = (values: readonly number[]): number => Math.min(...values);
const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

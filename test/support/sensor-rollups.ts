/** Readings of the day on which clocks go back in Berlin, and what the example has to make of them. */
import { type Reading, readings, type Rollup } from '../../examples/sensor-rollups.ts';
import { hours, minutes, seconds, type Millis } from '../../src/index.ts';
import type { Send } from './example.ts';
import { Random } from './random.ts';

/** 24 October 2026, ten in the evening in Berlin: two hours before the day of 25 hours begins. */
export const evening: Millis = Date.UTC(2026, 9, 24, 20);
/** Midnights of Berlin, as instants: written down, not computed. */
const midnights = ['2026-10-23T22:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z', '2026-10-26T23:00Z'].map(Date.parse);

/** Two sensors, twice within a minute or so every 40 minutes for 30 hours. In the order sent. */
export function readingsOf(seed: number): Reading[] {
  const random = new Random(seed);
  const values = ['roof', 'roof', 'cellar', 'cellar'].flatMap(sensor =>
    Array.from({ length: 45 }, (_, n): Reading & { readonly sent: Millis } => {
      const at = evening + n * minutes(40) + random.below(seconds(60));
      // Halves add up exactly in any order.
      return { sensor, celsius: random.between(-20, 40) / 2, at, sent: at + random.below(seconds(10)) };
    }),
  );
  return values.toSorted((a, b) => a.sent - b.sent).map(({ sensor, celsius, at }) => ({ sensor, celsius, at }));
}

/** When nobody looks any more. */
export const over: Millis = evening + hours(60);

/** Sends them when they happen, and a last one of each sensor that closes the hours before it: who reads roll-ups waits for the next ones. */
export async function sendReadings(send: Send, sent: readonly Reading[]): Promise<void> {
  for (const reading of sent) await send(readings, reading);
  await send(readings, ...['roof', 'cellar'].map(sensor => ({ sensor, celsius: 0, at: over + minutes(1) })));
}

/** Roll-ups by definition: of all readings in each span of time that `startOf` tells. */
function rolled(sent: readonly Reading[], startOf: (at: Millis) => Millis): Rollup[] {
  const spans = Map.groupBy(sent, ({ sensor, at }) => `${sensor} ${startOf(at)}`);
  const rollups = [...spans.values()].map((within): Rollup => {
    const celsius = within.map(reading => reading.celsius);
    const [first] = within;
    return {
      sensor: first?.sensor ?? '',
      start: startOf(first?.at ?? Number.NaN),
      count: within.length,
      least: Math.min(...celsius),
      most: Math.max(...celsius),
      sum: celsius.reduce((a, b) => a + b, 0),
    };
  });
  return sorted(rollups);
}

const floorTo =
  (size: Millis) =>
  (at: Millis): Millis =>
    Math.floor(at / size) * size;

export const minutesOf = (sent: readonly Reading[]): Rollup[] => rolled(sent, floorTo(minutes(1)));
export const hoursOf = (sent: readonly Reading[]): Rollup[] => rolled(sent, floorTo(hours(1)));

/** Of the days of the readings, by id. */
export const ofTheDays = (documents: readonly Day[]): Day[] =>
  documents
    .map(({ id, body }) => ({ id, body }))
    .filter(({ id }) => Number(id.split(' ')[1]) < over - hours(24))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

interface Day {
  readonly id: string;
  readonly body: object;
}

/** What the documents have to say. */
export function daysOf(sent: readonly Reading[]): Day[] {
  const startOf = (at: Millis): Millis => midnights.findLast(midnight => midnight <= at) ?? Number.NaN;
  const documents = rolled(sent, startOf).map(({ sensor, start, ...of }) => ({
    id: `${sensor} ${start}`,
    body: { from: start, to: midnights[midnights.indexOf(start) + 1], ...of, mean: of.sum / of.count },
  }));
  return ofTheDays(documents);
}

/** Those of the readings that are looked at, by time and sensor. */
export const sorted = (rollups: readonly Rollup[]): Rollup[] =>
  rollups
    .filter(({ start }) => start < over)
    .map(of => ({ ...of }))
    .sort((a, b) => a.start - b.start || (a.sensor < b.sensor ? -1 : 1));

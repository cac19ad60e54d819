/** The final windows, as they are and as they have to be for the events that were sent. */
import type { Documents } from '../../src/documents/port.ts';
import { siteOf } from '../../examples/sensor-counts.ts';
import { type ReadStream, writtenAs, demanded } from './kill-outcome.ts';
import { type SentEvent, soundReadings } from './kill-traffic.ts';
import { heats, span } from './site-heat.ts';

type Windows = Record<string, { readonly count: number; readonly sum: number }>;

export interface HeatOutcome {
  readonly counts: object;
  readonly windows: Windows;
  readonly documents: object;
}

export async function heatWritten(read: ReadStream, documents: Documents): Promise<HeatOutcome> {
  const updates = await read(heats);
  const stored = await documents.list({ collection: 'heat', limit: 1_000 });
  return {
    counts: await writtenAs(read, documents),
    windows: Object.fromEntries(updates.map(({ site, start, count, sum }) => [`${site} ${start}`, { count, sum }])),
    documents: Object.fromEntries(stored.map(({ id, body }) => [id, body])),
  };
}

export function heatDemanded(sent: readonly SentEvent[]): HeatOutcome {
  const windows: Windows = {};
  for (const { sensor, celsius, at } of soundReadings(sent)) {
    const id = `${siteOf(sensor)} ${Math.floor(at / span) * span}`;
    const { count, sum } = windows[id] ?? { count: 0, sum: 0 };
    windows[id] = { count: count + 1, sum: sum + celsius };
  }
  return { counts: demanded(sent), windows, documents: windows };
}

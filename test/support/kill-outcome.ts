/** Compares everything that the application wrote with what the events that were sent demand. */
import { expect } from 'vitest';
import { readings, readingsBySite, siteCounts, siteOf, topologies } from '../../examples/sensor-counts.ts';
import type { Ports } from '../../src/app/compose.ts';
import { Graph } from '../../src/engine/graph.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { consumed } from './consumer.ts';
import { expectedSites, type SentEvent, soundReadings } from './kill-traffic.ts';

const partitions: Record<string, number> = { [readings.name]: 2, [readingsBySite.name]: 2, [siteCounts.name]: 3 };

/** Topics of the application; more than one partition wherever something could be cut in two. */
export async function createTopics({ transport }: Pick<Ports, 'transport'>): Promise<void> {
  for (const topic of Graph.streamsOf(topologies))
    await transport.createTopic(topic, { partitions: partitions[topic] ?? 1 });
}

/** As if nobody had ever been killed. */
export async function expectUndisturbed(ports: Ports, sent: readonly SentEvent[]): Promise<void> {
  await expectForwarded(ports, sent);
  await expectCounted(ports, sent);
  await expectServed(ports, sent);
  await expectBuried(ports, sent);
}

/** Every sound reading once, those of a sensor in the order in which they were sent. */
async function expectForwarded({ transport }: Ports, sent: readonly SentEvent[]): Promise<void> {
  const idsBySensor = (all: readonly { sensor: string; id: number }[]): object =>
    Object.fromEntries([...Map.groupBy(all, ({ sensor }) => sensor)].map(([key, of]) => [key, of.map(({ id }) => id)]));
  expect(idsBySensor(await consumed(transport, readingsBySite))).toEqual(idsBySensor(soundReadings(sent)));
}

/** Each reading raised the count of its site by one, and no other. */
async function expectCounted({ transport }: Ports, sent: readonly SentEvent[]): Promise<void> {
  const counts = await consumed(transport, siteCounts);
  const siteOfReading = new Map(soundReadings(sent).map(({ id, sensor }) => [id, siteOf(sensor)]));
  expect(counts.map(({ reading }) => reading).sort(ascending)).toEqual([...siteOfReading.keys()].sort(ascending));
  const last: Record<string, object> = {};
  const steps = new Map<string, number>();
  for (const { site, count, hottest, reading } of counts) {
    expect(site).toBe(siteOfReading.get(reading));
    expect(count).toBe((steps.get(site) ?? 0) + 1);
    steps.set(site, count);
    last[site] = { count, hottest };
  }
  expect(last).toEqual(expectedSites(sent));
}

async function expectServed({ documents }: Ports, sent: readonly SentEvent[]): Promise<void> {
  const served = await documents.list({ collection: 'sites', limit: 1_000 });
  expect(Object.fromEntries(served.map(({ id, body }) => [id, body]))).toEqual(expectedSites(sent));
}

/** A dead letter for each flawed event, with its bytes and a reason, and for no other. */
async function expectBuried({ transport }: Ports, sent: readonly SentEvent[]): Promise<void> {
  const flawed = sent.filter(({ flaw }) => flaw !== undefined);
  const letters = await consumed(transport, deadLetters);
  const written = letters.map(({ key, bytes, topic }) => ({ key, bytes: bytes.toString('hex'), topic }));
  const demanded = flawed.map(({ key, bytes }) => ({ key, bytes: bytes.toString('hex'), topic: readings.name }));
  expect(written.sort(byBytes)).toEqual(demanded.sort(byBytes));
  for (const { bytes, flaw } of flawed) expect(letters.find(it => it.bytes.equals(bytes))?.reason).toMatch(flaw ?? '');
}

const ascending = (a: number, b: number): number => a - b;
const byBytes = (a: { bytes: string }, b: { bytes: string }): number => (a.bytes < b.bytes ? -1 : 1);

/** Everything that the application wrote, and what it has to have written for the events that were sent. */
import { expect } from 'vitest';
import {
  type Reading,
  readings,
  readingsBySite,
  type SiteCount,
  siteCounts,
  siteOf,
  topologies,
} from '../../examples/sensor-counts.ts';
import type { Ports } from '../../src/app/compose.ts';
import { Graph } from '../../src/engine/graph.ts';
import type { Documents } from '../../src/documents/port.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import type { Stream } from '../../src/stream/stream.ts';
import { consumed } from './consumer.ts';
import { type SentEvent, soundReadings } from './kill-traffic.ts';

const partitions: Record<string, number> = { [readings.name]: 2, [readingsBySite.name]: 2, [siteCounts.name]: 3 };

/** Topics of the application; more than one partition wherever something could be cut in two. */
export async function createTopics({ transport }: Pick<Ports, 'transport'>): Promise<void> {
  for (const topic of Graph.streamsOf(topologies))
    await transport.createTopic(topic, { partitions: partitions[topic] ?? 1 });
}

/** The values of a stream, each once, in the order of each partition. */
export type ReadStream = <T>(stream: Stream<T>) => Promise<readonly T[]>;

export const written = ({ transport, documents }: Ports): Promise<object> =>
  writtenAs(stream => consumed(transport, stream), documents);

/** What is there, in a shape that does not depend on how sensors and tasks were interleaved. */
export async function writtenAs(read: ReadStream, documents: Documents): Promise<object> {
  const letters = await read(deadLetters);
  const served = await documents.list({ collection: 'sites', limit: 1_000 });
  return {
    forwarded: idsBySensor(await read(readingsBySite)),
    counted: grouped(await read(siteCounts), ({ site }) => site, countsOf),
    served: Object.fromEntries(served.map(({ id, body }) => [id, body])),
    buried: letters
      .map(({ topic, key, bytes, reason }) => ({ topic, key, bytes: bytes.toString('hex'), reason }))
      .sort(byBytes),
  };
}

/** As if nobody had ever been killed. */
export function demanded(sent: readonly SentEvent[]): object {
  const sound = soundReadings(sent);
  const site = ({ sensor }: Reading): string => siteOf(sensor);
  return {
    forwarded: idsBySensor(sound),
    counted: grouped(sound, site, all => ({
      counts: all.map((_, index) => index + 1),
      readings: all.map(({ id }) => id).sort(ascending),
      hottest: hottestOf(all),
    })),
    served: grouped(sound, site, all => ({ count: all.length, hottest: hottestOf(all) })),
    buried: sent
      .flatMap(({ key, bytes, flaw }) =>
        flaw === undefined
          ? []
          : [{ topic: readings.name, key, bytes: bytes.toString('hex'), reason: expect.stringMatching(flaw) }],
      )
      .sort(byBytes),
  };
}

/** In the order of the log: those of a sensor keep theirs. */
const idsBySensor = (all: readonly Reading[]): object =>
  grouped(
    all,
    ({ sensor }) => sensor,
    of => of.map(({ id }) => id),
  );

const countsOf = (all: readonly SiteCount[]): object => ({
  counts: all.map(({ count }) => count),
  readings: all.map(({ reading }) => reading).sort(ascending),
  hottest: all.at(-1)?.hottest,
});

const hottestOf = (all: readonly Reading[]): number => Math.max(...all.map(({ celsius }) => celsius));

const grouped = <T>(all: readonly T[], by: (value: T) => string, as: (group: readonly T[]) => unknown): object =>
  Object.fromEntries([...Map.groupBy(all, by)].map(([key, group]) => [key, as(group)]));

const ascending = (a: number, b: number): number => a - b;
const byBytes = (a: { bytes: string }, b: { bytes: string }): number => (a.bytes < b.bytes ? -1 : 1);

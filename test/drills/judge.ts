/** Judges what a deployment holds, by a reader of the log that shares nothing with the engine but the record format. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { openPorts, type Ports } from '../../src/app/compose.ts';
import { configure } from '../../src/app/configure.ts';
import { portSettings } from '../../src/app/port-settings.ts';
import type { JsonObject, StoredDocument } from '../../src/documents/port.ts';
import { Graph } from '../../src/engine/graph.ts';
import { lagOf } from '../../src/operations/lag.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { topologies } from '../../topologies/index.ts';
import { modelVersions, ratings, ratingsByItem } from '../../topologies/streams.ts';
import { consumed } from '../support/consumer.ts';
import { recordsOfTopic } from '../support/log-records.ts';
import type { Stage } from './stage.ts';

/** The ports of the deployment as its commands would open them, in the namespace that is served. */
export const portsOf = ({ environment }: Pick<Stage, 'environment'>): Promise<Ports> =>
  openPorts(portSettings(configure({ environment }).config));

/** What `millrace run` and `millrace replay` answer, of what is the same wherever the same log was worked off. */
const Outcome = z.object({
  accepted: z.int(),
  deadLetters: z.int(),
  modelVersion: z.string(),
  modelHash: z.string(),
  recommendationsHash: z.string(),
});
export type Outcome = z.infer<typeof Outcome>;
export const outcomeIn = (answer: unknown): Outcome => Outcome.parse(answer);

export interface Account {
  readonly sent: number;
  /** Acknowledged events that were not handed on, and those that were more than once. */
  readonly lost: number;
  readonly doubled: number;
  readonly deadLetters: number;
}

/** What became of events that were acknowledged, by what stands in `ratings-by-item`. */
export async function accountOf({ transport }: Ports, sent: readonly string[]): Promise<Account> {
  const times = new Map(sent.map(id => [id, 0]));
  for (const { eventId } of await consumed(transport, ratingsByItem)) {
    const before = times.get(eventId);
    if (before !== undefined) times.set(eventId, before + 1);
  }
  const counts = [...times.values()];
  return {
    sent: counts.length,
    lost: counts.filter(count => count === 0).length,
    doubled: counts.filter(count => count > 1).length,
    deadLetters: (await consumed(transport, deadLetters)).length,
  };
}

/** Ratings of each item by what stands in `ratings`: what the daily windows in the documents have to add up to. */
export async function countedIn({ transport }: Ports): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const { eventId, itemId, kind } of await consumed(transport, ratings)) {
    if (kind !== 'rating' || seen.has(eventId)) continue;
    seen.add(eventId);
    counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  }
  return counts;
}

const Window = z.object({ itemId: z.string(), window: z.string(), count: z.int() });

/** Ratings of each item as the daily windows in the documents count them. */
export async function windowsIn(ports: Ports): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const { body } of await documentsIn(ports, 'aggregates')) {
    if (body['window'] !== 'daily' || body['itemId'] === undefined) continue; // beside windows there are boards
    const { itemId, count } = Window.parse(body);
    found.set(itemId, (found.get(itemId) ?? 0) + count);
  }
  return found;
}

/** Items whose daily windows do not count what the log holds of them, or held before retention; none if all do. */
export async function miscounted(ports: Ports, log?: ReadonlyMap<string, number>): Promise<string[]> {
  const expected = log ?? (await countedIn(ports));
  const found = await windowsIn(ports);
  return [...new Set([...expected.keys(), ...found.keys()])].filter(item => expected.get(item) !== found.get(item));
}

export async function documentsIn({ documents }: Ports, collection: string): Promise<StoredDocument[]> {
  const all: StoredDocument[] = [];
  for (;;) {
    const page = await documents.list({ collection, after: all.at(-1), limit: 1_000 });
    all.push(...page);
    if (page.length < 1_000) return all;
  }
}

/** What the log determines of each collection, without what tells when and in which epoch it was written. */
const pictured: Readonly<Record<string, (body: JsonObject) => unknown>> = {
  items: body => body,
  aggregates: body => body,
  userVectors: body => body,
  itemVectors: body => body,
  histories: body => body,
  // The version that a profile names is that of whatever was last read of its user, be it a repetition.
  profiles: ({ userId = null, count = null, items = null }) => [userId, count, items],
  recommendations: ({ userId = null, generation = null, number = null, items = null }) => [
    userId,
    generation,
    number,
    items,
  ],
};

/** Of each collection how many documents there are, and one hash over all of them. */
export async function pictureOf(ports: Ports): Promise<Readonly<Record<string, string>>> {
  const picture: Record<string, string> = {};
  for (const [collection, seen] of Object.entries(pictured)) {
    const all = await documentsIn(ports, collection);
    const texts = all.map(({ partition, id, body }) => JSON.stringify([partition, id, seen(body)])).sort();
    const hash = createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
    picture[collection] = `${texts.length} documents, ${hash}`;
  }
  return picture;
}

/** The offset in `ratings` up to which the newest version of the model has learnt each partition. */
async function learntIn({ transport }: Ports): Promise<ReadonlyMap<number, number>> {
  const [last] = (await consumed(transport, modelVersions)).slice(-1);
  const ends = last?.learnt.flatMap(({ stream, partition, end }) =>
    stream === ratings.name ? [[partition, end] as const] : [],
  );
  return new Map(ends ?? []);
}

/** Whether the newest version of the model has learnt all of these events, wherever each of them stands first. */
async function isLearnt(ports: Ports, ids: readonly string[]): Promise<boolean> {
  const learnt = await learntIn(ports);
  const places = await placesIn(ports);
  return ids.every(id => {
    const place = places.get(id);
    return place !== undefined && place.offset < (learnt.get(place.partition) ?? 0);
  });
}

/** Of the recommender, with the partitions that its topics have. */
export async function graphOf({ transport }: Ports): Promise<Graph> {
  const partitions = new Map((await transport.topics()).map(({ topic, partitions: count }) => [topic, count]));
  return new Graph(topologies, partitions);
}

/** Whether everybody has read all of `ratings`, repetitions too: whoever reads one later makes a list of a later version. */
export async function isRead(ports: Ports): Promise<boolean> {
  const lags = await lagOf(await graphOf(ports), ports.transport);
  return lags.every(({ topic, behind }) => topic !== ratings.name || behind === 0);
}

/** Whether these events have gone through: learnt, lists made of the version that learnt them, counted in windows. */
export async function isThrough(ports: Ports, ids: readonly string[]): Promise<boolean> {
  if (!(await isLearnt(ports, ids))) return false;
  const newest = JSON.stringify((await versionIn(ports)).version);
  // Each version makes the profiles anew of those whom it has learnt something of.
  const profiles = await documentsIn(ports, 'profiles');
  const isListed = profiles.some(({ body }) => JSON.stringify([body['generation'], body['number']]) === newest);
  return isListed && (await miscounted(ports)).length === 0;
}

/** The newest version of the model that stands in the log, and the hash over its vectors. */
export async function versionIn({
  transport,
}: Ports): Promise<{ readonly version: readonly number[]; readonly hash: string }> {
  const [last] = (await consumed(transport, modelVersions)).slice(-1);
  if (last === undefined) throw new Error('The log holds no version of the model');
  return { version: [last.generation, last.number], hash: last.hash };
}

/** Where in `ratings` each event stands first. */
async function placesIn({
  transport,
}: Ports): Promise<Map<string, { readonly partition: number; readonly offset: number }>> {
  const places = new Map<string, { readonly partition: number; readonly offset: number }>();
  const { type } = ratings.schema.codec;
  for await (const { partition, record } of recordsOfTopic(transport, ratings.name)) {
    const { eventId } = Named.parse(type.decode(record.bytes, record.valueStart + framing_bytes).value);
    if (!places.has(eventId)) places.set(eventId, { partition, offset: record.offset });
  }
  return places;
}

const Named = z.object({ eventId: z.string() });

/** Avro's single-object encoding has a mark and the schema's fingerprint before the value. */
const framing_bytes = 10;

const Served = z.object({
  reason: z.string(),
  items: z.array(z.object({ itemId: z.string(), score: z.number().nullable() })),
});

/** The lists of these users as a server answers them, which is what customers see. */
export async function listsFrom(url: string, users: readonly string[], key?: string): Promise<Record<string, unknown>> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const lists: Record<string, unknown> = {};
  for (const user of users) {
    const answer = await fetch(`${url}/v2/users/${user}/recommendations?n=20`, { headers });
    if (!answer.ok) throw new Error(`The list of ${user}: ${answer.status} ${await answer.text()}`);
    const { reason, items } = Served.parse(await answer.json());
    lists[user] = [reason, items.map(({ itemId, score }) => [itemId, score])];
  }
  return lists;
}

/** Users of whom the documents have a list, in order. */
export const listedUsers = async (ports: Ports): Promise<string[]> =>
  (await documentsIn(ports, 'recommendations')).map(({ id }) => id);

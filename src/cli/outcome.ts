/** What stands in the log after a run, in numbers and hashes that two runs can be compared by. */
import { createHash } from 'node:crypto';
import type { ModelVersion, Recommendation } from '../../schemas/types.ts';
import { modelVersions, ratingsByItem, recommendations } from '../../topologies/streams.ts';
import type { Ports } from '../app/compose.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import type { Transport } from '../transport/port.ts';
import { recordsOf, valuesOf } from '../stream/log-values.ts';

/** Of all runs together. Null where an application that is not the recommender has no such thing. */
export interface Outcome {
  /** Sound events about items, each once. */
  readonly accepted: number | null;
  readonly deadLetters: number;
  /** Generation and number of the newest state of the model. */
  readonly modelVersion: string | null;
  /** Over generation, number and the vectors in order of their ids. */
  readonly modelHash: string | null;
  /** SHA-256 over the last list of each user, in order of users; free of clocks, offsets and epochs. */
  readonly recommendationsHash: string | null;
}

export async function outcomeOf(ports: Pick<Ports, 'transport' | 'registry'>): Promise<Outcome> {
  const topics = new Set((await ports.transport.topics()).map(({ topic }) => topic));
  const version = await newestVersion(ports);
  return {
    accepted: topics.has(ratingsByItem.name) ? await countOf(ports.transport, ratingsByItem.name) : null,
    deadLetters: await countOf(ports.transport, deadLetters.name),
    modelVersion: version === undefined ? null : `${version.generation}.${version.number}`,
    modelHash: version?.hash ?? null,
    recommendationsHash: topics.has(recommendations.name) ? await listsHash(valuesOf(ports, recommendations)) : null,
  };
}

async function countOf(transport: Transport, topic: string): Promise<number> {
  let count = 0;
  for await (const _ of recordsOf(transport, topic)) count++;
  return count;
}

async function newestVersion(ports: Pick<Ports, 'transport' | 'registry'>): Promise<ModelVersion | undefined> {
  let newest: ModelVersion | undefined;
  for await (const version of valuesOf(ports, modelVersions)) newest = version;
  return newest;
}

/** The hash over lists of which the last of a user counts. A digest a user is held, not the list. */
export async function listsHash(lists: AsyncIterable<Recommendation> | Iterable<Recommendation>): Promise<string> {
  const last = new Map<string, string>();
  for await (const list of lists) last.set(list.userId, digestOf(list));
  const sorted = [...last].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(sorted));
}

const digestOf = ({ userId, generation, number, items }: Recommendation): string =>
  sha256(JSON.stringify([userId, generation, number, items.map(({ itemId, score }) => [itemId, score])]));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

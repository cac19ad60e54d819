/** What documents still hold of somebody who was erased, and not of whoever has come back by the same id. */
import { z } from 'zod';
import type { Documents } from '../../documents/port.ts';
import type { Transport } from '../../transport/port.ts';
import type { EventPlace } from './learnt.ts';
import { listedEnds } from './learnt-lists.ts';

export interface ErasedDocumentsPorts {
  /** Those of the tenant. */
  readonly documents: Pick<Documents, 'list'>;
  readonly transport: Pick<Transport, 'committed'>;
}

/** Of everything that is kept by user. */
const collections = ['recommendations', 'userVectors', 'profiles', 'histories', 'scores'] as const;

/** How far the model had learnt that the scores are of; unknown of what earlier releases wrote. */
const scores = z.object({ learnt: z.int().default(0) });

/**
 * Collections, in their order, with something of the user from before the erasure at this place of `ratings`; undefined
 * while no version of the model has learnt it: whatever there is may be of before.
 */
export async function stillHolding(
  { documents, transport }: ErasedDocumentsPorts,
  userId: string,
  erasure: EventPlace | undefined,
): Promise<readonly string[]> {
  const isSince = erasure === undefined ? () => false : sinceOf(erasure, await listedEnds(transport));
  const left: string[] = [];
  for (const collection of collections) {
    const [found] = await documents.list({ collection, partition: userId, limit: 1 });
    if (found !== undefined && !isSince(collection, found.body)) left.push(collection);
  }
  return left;
}

/**
 * Whether a document was written since. Each topology removes what it has of the user as it comes to the erasure: `train`
 * before it tells the version that has learnt it, `recommend` before it tells that it has come so far. Scores are made of
 * one version, and bear how far that had learnt.
 */
function sinceOf({ partition, offset }: EventPlace, listed: ReadonlyMap<number, number>) {
  const isListed = (listed.get(partition) ?? 0) > offset;
  return (collection: (typeof collections)[number], body: unknown): boolean => {
    if (collection === 'userVectors') return true;
    return collection === 'scores' ? scores.parse(body).learnt > offset : isListed;
  };
}

/**
 * Where in `ratings` an erasure that has removed orders too comes to its end: behind everything that was told of them. By
 * positions alone, so that it names nobody; a document for each partition of the log, which holds the newest.
 */
import { z } from 'zod';
import { ConditionFailed, type DocumentKey, type Documents } from '../../documents/port.ts';
import type { Offset } from '../../transport/port.ts';
import type { ErasurePlace } from './erasure-request.ts';

/** Erasures of a partition that are known one by one. */
export const mostKnown = 256;

const carriedOut = z.object({ newest: z.array(z.object({ offset: z.int(), end: z.int() })) });

/** Where they are. */
export const carriedOutIn = { collection: 'leases', partition: 'erasures' } as const;

const keyOf = ({ partition }: ErasurePlace): DocumentKey => ({ ...carriedOutIn, id: String(partition) });

/** The erasure at the place has its end at this offset of the same partition, or, done once more, at a later one. */
export async function noteCarriedOut(
  documents: Pick<Documents, 'get' | 'put'>,
  place: ErasurePlace,
  end: Offset,
): Promise<void> {
  for (;;) {
    const { newest, etag } = await read(documents, place);
    const others = newest.filter(({ offset }) => offset !== place.offset);
    const body = { newest: [...others, { offset: place.offset, end }].slice(-mostKnown) };
    try {
      await documents.put(keyOf(place), body, etag === undefined ? 'absent' : { etag });
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/**
 * Whoever has learnt up to this offset has forgotten the user. Of one that is no longer known the end of the oldest that
 * is: it stands behind. The erasure itself where no orders had to be removed.
 */
export async function endOfErasure(documents: Pick<Documents, 'get'>, place: ErasurePlace): Promise<Offset> {
  const { newest } = await read(documents, place);
  const known = newest.find(({ offset }) => offset === place.offset);
  if (known !== undefined) return known.end;
  return newest.length < mostKnown ? place.offset : Math.max(place.offset, newest[0]?.end ?? 0);
}

async function read(documents: Pick<Documents, 'get'>, place: ErasurePlace) {
  const found = await documents.get(keyOf(place));
  return found === undefined
    ? { newest: [], etag: undefined }
    : { newest: carriedOut.parse(found.body).newest, etag: found.etag };
}

/** Whether a scrub is under way, as a document tells it: the receipts of erasures ask. It names nobody. */
import { z } from 'zod';
import type { Documents } from '../../../documents/port.ts';
import type { Millis } from '../../../stream/time.ts';

const key = { collection: 'scrubs', partition: 'scrubs', id: 'current' };
const scrubRecord = z.object({ startedAt: z.number(), finishedAt: z.number().nullable() });

/** One has begun that did not come to its end yet. */
export async function isPending(documents: Pick<Documents, 'get'>): Promise<boolean> {
  const stored = await documents.get(key);
  return stored !== undefined && scrubRecord.parse(stored.body).finishedAt === null;
}

export async function begin(documents: Pick<Documents, 'put'>, now: Millis): Promise<void> {
  await documents.put(key, { startedAt: now, finishedAt: null }, 'always');
}

export async function finish(documents: Pick<Documents, 'get' | 'put'>, now: Millis): Promise<void> {
  const stored = await documents.get(key);
  const { startedAt } = stored === undefined ? { startedAt: now } : scrubRecord.parse(stored.body);
  await documents.put(key, { startedAt, finishedAt: now }, 'always');
}

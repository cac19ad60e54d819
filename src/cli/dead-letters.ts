/** What could not be processed: looking at it, and sending it once more. */
import { hash } from 'node:crypto';
import type { Ports } from '../app/compose.ts';
import { isOfOrder, orderOf } from '../recommender/orders/letters.ts';
import { ordersCollection } from '../recommender/orders/order.ts';
import { lookAgain } from '../recommender/orders/requests.ts';
import { type DeadLetter, deadLetters } from '../stream/dead-letter.ts';
import type { DocumentKey } from '../documents/port.ts';
import { valuesOf } from '../stream/log-values.ts';
import { appendFromOutside, recordOfBytes } from '../stream/outside.ts';

type Reading = Pick<Ports, 'transport' | 'registry'>;

export interface Letters {
  readonly total: number;
  /** The newest of each partition of the dead letters, at most as many as asked for together. */
  readonly newest: readonly DeadLetter[];
}

/** The last letters in the order of the log; no more of them than `limit` are held. */
export async function newestLetters(ports: Reading, limit: number): Promise<Letters> {
  const newest: DeadLetter[] = [];
  let total = 0;
  for await (const letter of valuesOf(ports, deadLetters)) {
    total++;
    newest.push(letter);
    if (newest.length > limit) newest.shift();
  }
  return { total, newest };
}

export interface Redriven {
  readonly redriven: number;
  /** Sent again by an earlier redrive. */
  readonly before: number;
  /** Letters that hold no record: a timer's failure, for instance, or an order that is no longer in the documents. */
  readonly withoutRecord: number;
}

/**
 * Appends the original bytes of each letter to its topic and partition under its key, as from outside. Remembers each
 * after its append: who is killed between the two sends one record again, and none is lost. A record that several tasks
 * refused is sent once. Of an order the connector is asked to look at its document again, mended or as it stands: what
 * was told of it before is not told again.
 */
export async function redrive(ports: Omit<Ports, 'openStore'>, topic: string | undefined): Promise<Redriven> {
  const counts = { redriven: 0, before: 0, withoutRecord: 0 };
  const sent = new Set<string>();
  for await (const letter of valuesOf(ports, deadLetters)) {
    if (topic !== undefined && letter.topic !== topic) continue;
    const key = memoryOf(letter);
    const place = `${key.partition}@${key.id}`;
    if (letter.offset < 0) counts.withoutRecord++;
    else if (sent.has(place)) continue;
    else if ((await ports.documents.get(key)) !== undefined) counts.before++;
    else if (isOfOrder(letter) && !(await isAsked(ports, letter))) counts.withoutRecord++;
    else {
      if (!isOfOrder(letter)) await sendAgain(ports, letter);
      await ports.documents.put(key, { at: ports.clock.now() }, 'always');
      counts.redriven++;
    }
    sent.add(place);
  }
  return counts;
}

/**
 * The document that says that a record was redriven: named by where the record stood. Ranges of a feed are numbered anew
 * where the store splits one, so that two orders may have stood at one place: there the order belongs to the name.
 */
const memoryOf = (letter: DeadLetter): DocumentKey => ({
  collection: 'redriven',
  partition: `${letter.topic}/${letter.partition}`,
  id: isOfOrder(letter) ? `${letter.offset}-${hash('sha256', letter.key, 'base64url')}` : String(letter.offset),
});

/** Whether there is an order to be looked at again, and the connector was asked to. */
async function isAsked({ documents }: Pick<Ports, 'documents'>, letter: DeadLetter): Promise<boolean> {
  const order = orderOf(letter);
  if (order === undefined) return false;
  if ((await documents.get({ collection: ordersCollection, ...order })) === undefined) return false;
  await lookAgain(documents, order);
  return true;
}

async function sendAgain({ transport, clock }: Pick<Ports, 'transport' | 'clock'>, letter: DeadLetter): Promise<void> {
  const { topic, partition, key, bytes } = letter;
  await appendFromOutside(transport, topic, [{ ...recordOfBytes(key, bytes), partition }], clock.now());
}

/** What could not be processed: looking at it, and sending it once more. */
import type { Ports } from '../app/compose.ts';
import { isOfOrder, orderOf } from '../recommender/orders/letters.ts';
import { ordersCollection } from '../recommender/orders/order.ts';
import { lookAgain } from '../recommender/orders/requests.ts';
import { type DeadLetter, deadLetters } from '../stream/dead-letter.ts';
import type { DocumentKey } from '../documents/port.ts';
import type { Millis } from '../stream/time.ts';
import { recordsWithValues, valuesOf } from '../stream/log-values.ts';
import { appendFromOutside, recordOfBytes } from '../stream/outside.ts';

type Reading = Pick<Ports, 'transport' | 'registry'>;
type RedrivePorts = Reading & Pick<Ports, 'documents' | 'clock'>;

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

/** Letters of one kind: the same topic, and a reason that differs in numbers and names at most. */
export interface ReasonCount {
  readonly topic: string;
  /** With `…` for those. */
  readonly reason: string;
  readonly count: number;
  /** When the newest was met. */
  readonly last: Millis;
}

/** Kinds that are told apart; letters of others are counted together. */
const mostReasons = 1_000;

/** All letters by their kind, the most frequent first. */
export async function lettersByReason(ports: Reading): Promise<ReasonCount[]> {
  const kinds = new Map<string, ReasonCount>();
  for await (const { topic, reason, time } of valuesOf(ports, deadLetters)) {
    const kind = { topic, reason: withoutNames(reason) };
    const key = JSON.stringify(kind);
    const [at, of] = kinds.has(key) || kinds.size < mostReasons ? [key, kind] : ['', { topic: '…', reason: 'others' }];
    const before = kinds.get(at) ?? { ...of, count: 0, last: time };
    kinds.set(at, { ...before, count: before.count + 1, last: Math.max(before.last, time) });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}

/** `sensor 'a7' is 3 degrees` is as `sensor 'b2' is 5 degrees`. */
const withoutNames = (reason: string): string => reason.replaceAll(/'[^']*'/g, "'…'").replaceAll(/\d+(?:\.\d+)?/g, '…');

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
export async function redrive(ports: RedrivePorts, topic: string | undefined): Promise<Redriven> {
  const counts = { redriven: 0, before: 0, withoutRecord: 0 };
  const sent = new Set<string>();
  for await (const { at, record, value: letter } of recordsWithValues(ports, deadLetters)) {
    if (topic !== undefined && letter.topic !== topic) continue;
    const key = memoryOf(letter, { partition: at.partition, offset: record.offset });
    const place = placeOf(letter);
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
 * What a letter is about: where the record stood. Ranges of a feed are numbered anew where the store splits one, so that
 * two orders may have stood at one place: there the order belongs to it.
 */
const placeOf = (letter: DeadLetter): string =>
  JSON.stringify([letter.topic, letter.partition, letter.offset, ...(isOfOrder(letter) ? [letter.key] : [])]);

/**
 * The document that says that a letter was redriven. It names nobody, nor a hash of anybody, which could be tried out:
 * that of a record is called by where the record stood, that of an order by where the letter itself stands.
 */
const memoryOf = (letter: DeadLetter, stands: Pick<DeadLetter, 'partition' | 'offset'>): DocumentKey => {
  const { topic, partition, offset } = isOfOrder(letter) ? { topic: deadLetters.name, ...stands } : letter;
  return { collection: 'redriven', partition: `${topic}/${partition}`, id: String(offset) };
};

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

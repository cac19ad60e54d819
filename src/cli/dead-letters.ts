/** What could not be processed: looking at it, and sending it once more. */
import type { Ports } from '../app/compose.ts';
import { type DeadLetter, deadLetters } from '../stream/dead-letter.ts';
import type { DocumentKey } from '../documents/port.ts';
import { BatchBuilder, Kind, outside } from '../transport/record.ts';
import { valuesOf } from '../stream/log-values.ts';

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
  /** Letters that hold no record: a timer's failure, for instance. */
  readonly withoutRecord: number;
}

/**
 * Appends the original bytes of each letter to its topic and partition under its key, as from outside. Remembers each
 * after its append: who is killed between the two sends one record again, and none is lost. A record that several tasks
 * refused is sent once.
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
    else {
      await sendAgain(ports, letter);
      await ports.documents.put(key, { at: ports.clock.now() }, 'always');
      counts.redriven++;
    }
    sent.add(place);
  }
  return counts;
}

/** The document that says that a record was redriven: named by where the record stood. */
const memoryOf = ({ topic, partition, offset }: DeadLetter): DocumentKey => ({
  collection: 'redriven',
  partition: `${topic}/${partition}`,
  id: String(offset),
});

async function sendAgain({ transport, clock }: Pick<Ports, 'transport' | 'clock'>, letter: DeadLetter): Promise<void> {
  const { topic, partition, key, bytes } = letter;
  const builder = new BatchBuilder(outside, 0);
  builder.add({ kind: Kind.value, watermark: -Infinity, origin: clock.now(), key, trace: '' }, (buffer, at) => {
    const missing = at + bytes.length - buffer.length;
    return missing > 0 ? -missing : at + bytes.copy(buffer, at);
  });
  await transport.append([{ topic, partition, batches: builder.take() }]);
}

/**
 * A consumer of what Millrace writes to Kafka that is not Millrace: plain kafkajs, and every record of a task once.
 * `node examples/downstream.ts HOST:PORT TOPIC` prints each value's key and size, and each repetition.
 *
 * A task that was killed writes again what it may have written before: the same bytes with the same number. So a topic
 * may hold records twice, and never lacks one. Who wrote a record, and its number, is in the header `millrace`.
 */
import { type IHeaders, Kafka } from 'kafkajs';

/** What the header says of a record, as far as a consumer needs it. */
export interface Provenance {
  /** The task that wrote it. */
  readonly producer: string;
  /** Raised when the task began anew: its numbers begin at 0 again. */
  readonly lineage: number;
  /** Counts what the task wrote to this partition, markers too, and leaves no number out. */
  readonly sequence: number;
  /** It carries event time alone, and no value. */
  readonly isMarker: boolean;
}

/** Undefined where no task wrote the record: then nobody numbered it. */
export function provenanceOf(headers: IHeaders | undefined): Provenance | undefined {
  const header = headers?.['millrace'];
  if (!Buffer.isBuffer(header)) return undefined;
  if (header[0] !== 1) throw new Error(`The header millrace has version ${header[0]}, this program knows 1`);
  const producerBytes = header.readUInt8(27);
  if (producerBytes === 0) return undefined;
  return {
    producer: header.toString('utf8', 40, 40 + producerBytes),
    lineage: header.readUInt32LE(28),
    sequence: header.readDoubleLE(19),
    isMarker: header[1] === 1,
  };
}

/**
 * Tells the first of each record from its repetitions, for one topic. A consumer that restarts has to find again what
 * this remembers: keep it with what the records have changed, in one transaction.
 */
export class Once {
  readonly #newest = new Map<string, Pick<Provenance, 'lineage' | 'sequence'>>();

  isFirst(partition: number, headers: IHeaders | undefined): boolean {
    const written = provenanceOf(headers);
    if (written === undefined) return true;
    const { producer, lineage, sequence } = written;
    const newest = this.#newest.get(`${partition} ${producer}`) ?? { lineage: 0, sequence: -1 };
    if (lineage < newest.lineage || (lineage === newest.lineage && sequence <= newest.sequence)) return false;
    this.#newest.set(`${partition} ${producer}`, { lineage, sequence });
    return true;
  }
}

async function main(brokers: string[], topic: string): Promise<void> {
  const consumer = new Kafka({ brokers, clientId: 'downstream' }).consumer({ groupId: `downstream-of-${topic}` });
  const once = new Once();
  let dropped = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { offset, key, value, headers } }) => {
      if (!once.isFirst(partition, headers))
        console.log(`${partition}@${offset} is a repetition, the ${++dropped}. one`);
      else if (value !== null) console.log(`${partition}@${offset} ${key?.toString()}: ${value.length} bytes`);
    },
  });
}

const [brokers, topic] = process.argv.slice(2);
if (import.meta.main && brokers !== undefined && topic !== undefined) await main(brokers.split(','), topic);

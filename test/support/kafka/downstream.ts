/** Judges a topic as a consumer does that is not Millrace: read by kafkajs, repetitions dropped by the header alone. */
import { Once, provenanceOf } from '../../../examples/downstream.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { readTopic, type WitnessedRecord } from './witness.ts';

/** Bytes of a value before those of Avro: a mark and the fingerprint of the schema. */
const singleObjectBytes = 10;

/**
 * The values, each once, in the order of each partition.
 * @throws {Error} where a number of a task is missing, comes too early, or came with other bytes before
 */
export async function downstream<T>(brokers: string[], topic: string, { schema }: Stream<T>): Promise<readonly T[]> {
  const all = await readTopic(brokers, topic);
  checkNumbers(topic, all);
  const once = new Once();
  const values: T[] = [];
  for (const { partition, headers, value } of all) {
    if (!once.isFirst(partition, Object.fromEntries(headers)) || value === undefined) continue;
    // A plain object: avsc gives each record a class of its own, which would be no part of a comparison.
    const plain: T = { ...schema.codec.type.decode(value, singleObjectBytes).value };
    values.push(plain);
  }
  return values;
}

/** Without dropping anything: the numbers of each task in each partition go up by one from 0, or repeat what was there. */
function checkNumbers(topic: string, all: readonly WitnessedRecord[]): void {
  const written = new Map<string, WitnessedRecord[]>();
  for (const record of all) {
    const { producer, lineage, sequence } = provenanceOf(Object.fromEntries(record.headers)) ?? nobody;
    if (producer === '') continue;
    const where = `${topic}/${record.partition}@${record.offset}: ${producer}'s number ${sequence} of lineage ${lineage}`;
    const id = `${record.partition} ${producer} ${lineage}`;
    const before = written.get(id) ?? [];
    written.set(id, before);
    if (sequence > before.length) throw new Error(`${where} comes where ${before.length} is missing`);
    const same = before[sequence];
    if (same === undefined) before.push(record);
    else if (!isSame(same, record)) throw new Error(`${where} had other bytes at offset ${same.offset}`);
  }
}

const nobody = { producer: '', lineage: 0, sequence: 0 };

const isSame = (a: WitnessedRecord, b: WitnessedRecord): boolean =>
  a.key === b.key &&
  Buffer.compare(a.value ?? empty, b.value ?? empty) === 0 &&
  Buffer.compare(a.headers.get('millrace') ?? empty, b.headers.get('millrace') ?? empty) === 0;

const empty = Buffer.alloc(0);

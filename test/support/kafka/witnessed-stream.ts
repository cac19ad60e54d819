import { Decoder } from '../../../src/stream/decoder.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { readTopic, type WitnessedRecord } from './witness.ts';

/**
 * The values of a stream as kafkajs reads them, each once: what a task writes a second time has the same header, to the
 * byte, in the same partition. Markers have no value.
 */
export async function witnessedValues<T>(brokers: string[], topic: string, { schema }: Stream<T>): Promise<T[]> {
  const decoder = new Decoder(schema);
  const seen = new Set<string>();
  return (await readTopic(brokers, topic)).flatMap(record => {
    const { value } = record;
    const name = nameOf(record);
    if (value === undefined || (name !== undefined && seen.has(name))) return [];
    if (name !== undefined) seen.add(name);
    const decoded = decoder.decode(value, 0, value.length);
    if (decoded === undefined) throw new Error(`${topic}/${record.partition} offset ${record.offset} is no value`);
    return [decoded];
  });
}

/** Undefined for what came from outside. */
function nameOf({ partition, headers }: WitnessedRecord): string | undefined {
  const header = headers.get('millrace');
  return header === undefined ? undefined : `${partition} ${header.toString('hex')}`;
}
